/** Volumes over time, with their intervals: an SVG whose points are links to the scans. */
import { between, significant } from "../format";
import { addressFrom } from "../state/address";
import { type Growth, type GrowthPoint, roundTicks, type Scale, scaled } from "../state/growth";

const SIZE = { width: 304, height: 186 };
const MARGIN = { left: 44, right: 14, top: 28, bottom: 34 };
const [LEFT, RIGHT] = [MARGIN.left, SIZE.width - MARGIN.right];
const [TOP, BOTTOM] = [MARGIN.top, SIZE.height - MARGIN.bottom];
const INSET = 14;

export function GrowthCurve({ growth, open }: { growth: Growth; open: string }) {
  const { points, isInDays } = growth;
  const volumes = roundTicks(0, Math.max(...points.map(({ highMm3 }) => highMm3)), 4);
  const y = scaled([0, volumes.at(-1) ?? 1], [BOTTOM, TOP]);
  const x = scaled([points[0]?.at ?? 0, points.at(-1)?.at ?? 1], [LEFT + INSET, RIGHT - INSET]);
  return (
    <svg viewBox={`0 0 ${SIZE.width} ${SIZE.height}`} role="group" aria-label="Volume over time">
      <g aria-hidden="true">
        {volumes.map((mm3) => (
          <g key={mm3}>
            <line className="rule" x1={LEFT} x2={RIGHT} y1={y(mm3)} y2={y(mm3)} />
            <text className="volumes" x={LEFT - 6} y={y(mm3)}>
              {mm3}
            </text>
          </g>
        ))}
        <text x={LEFT - 6} y={TOP - 18} className="volumes">
          mm³
        </text>
        <Times growth={growth} x={x} />
        {isInDays && <polyline className="course" points={points.map((p) => `${x(p.at)},${y(p.volumeMm3)}`).join(" ")} />}
      </g>
      {points.map((point) => (
        <Point key={point.scan} point={point} isOpen={point.scan === open} x={x(point.at)} y={y} />
      ))}
    </svg>
  );
}

/** Days at round numbers; where the timepoints are no days, their names. */
function Times({ growth: { points, isInDays }, x }: { growth: Growth; x: Scale }) {
  const [first, last] = [points[0]?.at ?? 0, points.at(-1)?.at ?? 1];
  const days = roundTicks(first, last, 5).filter((day) => day >= first && day <= last);
  const ticks = isInDays ? days.map((at) => ({ at, text: `${at}` })) : points.map(({ at, timepoint }) => ({ at, text: timepoint }));
  return (
    <>
      <line className="axis" x1={LEFT} x2={RIGHT} y1={BOTTOM} y2={BOTTOM} />
      {ticks.map(({ at, text }) => (
        <text key={at} className="times" x={x(at)} y={BOTTOM + 14}>
          {text}
        </text>
      ))}
      <text className="times" x={(LEFT + RIGHT) / 2} y={SIZE.height - 5}>
        {isInDays ? "days" : "timepoint"}
      </text>
    </>
  );
}

function Point({ point, isOpen, x, y }: { point: GrowthPoint; isOpen: boolean; x: number; y: Scale }) {
  const { scan, label, timepoint, volumeMm3, lowMm3, highMm3 } = point;
  const name = `${timepoint || scan}: ${significant(volumeMm3)} mm³, 95 % between ${between([lowMm3, highMm3])}`;
  return (
    <a href={addressFrom({ scan, label })} aria-label={name} aria-current={isOpen ? "true" : undefined}>
      <title>{name}</title>
      <rect className="reach" x={x - 12} width={24} y={TOP} height={BOTTOM - TOP} rx={6} />
      <path className="interval" d={`M${x - 4} ${y(highMm3)}h8M${x} ${y(highMm3)}V${y(lowMm3)}M${x - 4} ${y(lowMm3)}h8`} />
      <circle cx={x} cy={y(volumeMm3)} r={isOpen ? 5.5 : 4} />
    </a>
  );
}
