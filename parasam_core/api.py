"""The whole way in Python, a function a step; the command's verbs call the same ones.

scan = import_scan("sweep.avi", "M1_d0.zarr", spacing_mm=(0.076, 0.0352, 0.0352))
scan = segment(scan, {50: (182, 165, 252, 220), 140: (162, 130, 315, 266)})
print(measure(scan).volume_mm3)
write_mesh(scan, "M1_d0.glb", triangles=100_000)
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from parasam_core import scanfile
from parasam_core.capture import Room, Wanted, is_tumour_folder, read_annotated, read_capture
from parasam_core.capture.label_image import cut_to_area, label_image, labels_in, mask_of, place_on
from parasam_core.capture.medsam import is_tree, read_tree
from parasam_core.capture.scale import Said
from parasam_core.errors import LabelError, UsageError
from parasam_core.scanfile import ScanFile
from parasam_core.segmenter import Progress, Segmenter, checked_boxes, no_progress, read_boxes
from parasam_core.sequence import Box, Sequence
from parasam_core.space import Triple

if TYPE_CHECKING:
    from parasam_core.agreement import Agreed
    from parasam_core.capture.grids import Grid
    from parasam_core.capture.sources import LeftAlone
    from parasam_core.export import Exported
    from parasam_core.importing.many import Imported
    from parasam_core.measure import Measurement
    from parasam_core.medsam_tree import Manifest
    from parasam_core.mesh import Mesh
    from parasam_core.report.contents import Report
    from parasam_core.sam.compare import Comparison
    from parasam_core.sam.onnx_files import OnnxFiles
    from parasam_core.sam.train import Trained

__all__ = [
    "agree",
    "compare",
    "export",
    "export_medsam",
    "export_model",
    "import_many",
    "import_scan",
    "measure",
    "read_boxes",
    "report",
    "segment",
    "train",
    "write_mesh",
]

DEFAULT_MODEL = "lite-medsam"
DEFAULT_LABEL = "parasam"
MANUAL_LABEL = "manual"
MESH_STEPS = 5


def import_scan(
    source: Path | str,
    scan: Path | str,
    *,
    spacing_mm: Triple | None = None,
    step_mm: float | None = None,
    roi_xyxy: Box | None = None,
    subject: str = "",
    timepoint: str = "",
    colour_rgb: tuple[int, int, int] | None = None,
    qa: Path | None = None,
    tumour: str = "",
    overwrite: bool = False,
    progress: Progress = no_progress,
) -> ScanFile:
    """Read a capture and store it as a scan; outlines drawn on it become the label `manual`.

    A label image (NRRD, MetaImage, NIfTI, TIFF, DICOM) is added to a scan that is there: one label
    is named after the file, several after their segments or values.

    Args:
        source: a video, a folder of images or TIFFs, a multi-page TIFF, a VEVO raw export, NIfTI,
            NRRD, MetaImage, a tumour's folder of annotated captures (`annotations` beside
            `originals`), or a tree of training images that holds one tumour.
        scan: where to write, ending in `.zarr`.
        spacing_mm: (z, y, x), mm: step between frames, then pixel height and width; what the
            source says where None.
        step_mm: the step alone, for a source that says the rest.
        roi_xyxy: the B-mode area, half-open, in pixels; found by itself where None.
        subject: the animal.
        timepoint: when it was scanned, as "d0".
        colour_rgb: of the outlines on annotated captures; found by itself where None.
        qa: where contact sheets and findings of annotated captures are written, if anywhere.
        tumour: which one of a tree of training images.
        overwrite: replace a ParaSAM scan that is there.
        progress: told about every frame.

    Raises:
        UsageError: a colour or `qa` for a source without outlines; or the source does not say its
            spacing, and it is not given.
        CaptureError: the source cannot be read, or the area cannot be found.
        GeometryError: the spacing or the area cannot be.
        ScanError: the scan cannot be written there.
    """
    given = (spacing_mm, step_mm, roi_xyxy, colour_rgb, qa)
    if Path(scan).is_dir() and not overwrite and (grid := label_image(Path(source))) is not None:
        return _import_label(ScanFile.open(scan), grid, nothing_else=not any(given))
    scanfile.check_writable(Path(scan), overwrite=overwrite)
    options = {"spacing_mm": spacing_mm, "step_mm": step_mm, "roi_xyxy": roi_xyxy,
               "colour_rgb": colour_rgb}  # fmt: skip
    if is_tumour_folder(Path(source)):
        known = Wanted(spacing_mm, step_mm, roi_xyxy, colour_rgb, subject, timepoint, qa)
        with scanfile.new_scan(scan, overwrite=overwrite) as partial:
            room = cast(Room, functools.partial(scanfile.frames_on_disk, partial))
            sequence, outlines = read_annotated(source, known, progress, room)
            written = scanfile.write_frames(partial, _noted(sequence, options))
            del sequence  # frames and masks of a large sweep need not be in memory together
            written.write_mask(MANUAL_LABEL, outlines)
        return ScanFile.open(scan)
    if colour_rgb is not None or qa is not None:
        raise UsageError(
            f"expected a colour or --qa with a folder of annotated captures only, got {source}"
        )
    if is_tree(Path(source)):
        if roi_xyxy is not None:
            raise UsageError(f"expected no --roi with a tree of training images, got {source}")
        sequence, label, mask = read_tree(
            Path(source), tumour, said=Said(spacing_mm, step_mm), subject=subject,
            timepoint=timepoint, progress=progress,
        )  # fmt: skip
        with scanfile.new_scan(scan, overwrite=overwrite) as partial:
            scanfile.write_frames(partial, _noted(sequence, options)).write_mask(label, mask)
        return ScanFile.open(scan)
    sequence = read_capture(
        Path(source),
        spacing_mm=spacing_mm,
        step_mm=step_mm,
        roi_xyxy=roi_xyxy,
        subject=subject,
        timepoint=timepoint,
        progress=progress,
    )
    return scanfile.write_scan(scan, _noted(sequence, options), overwrite=overwrite)


def import_many(
    source: Path | str, library: Path | str, **options: Any
) -> tuple[list[Imported], tuple[LeftAlone, ...]]:
    """Import all that a folder holds into a library, in processes of their own.

    A script that calls it needs `if __name__ == "__main__":`, since every process reads it.

    Args:
        source: a folder of tumours, trees, videos, …, at any depth; or one source.
        library: a folder of scans, made where it is missing.
        options: see `parasam_core.importing.many.import_all`: spacing_mm, step_mm, roi_xyxy,
            subject, timepoint, colour_rgb, qa, overwrite, jobs, watch.

    Returns:
        One row a scan, and what was left alone.

    Raises:
        UsageError: the library cannot be one, or options fit no source.
        CaptureError: there is nothing to import.
    """
    from parasam_core.importing.many import import_all

    return import_all(Path(source), Path(library), **options)


def _noted(sequence: Sequence, options: dict[str, Any]) -> Sequence:
    """With what was asked for, which tells whether a later import asks for the same, and doubts."""
    made = sequence.provenance
    details = {**made.details, "options": asked(options)}
    if doubt := sequence.space.doubt:
        details["warnings"] = [*details.get("warnings", []), doubt]
    return replace(sequence, provenance=replace(made, details=details))


def asked(options: dict[str, Any]) -> dict[str, Any]:
    """Options that were given, as JSON has them."""
    given = {name: value for name, value in options.items() if value is not None}
    return {n: list(v) if isinstance(v, (tuple, list)) else v for n, v in given.items()}


def segment(
    scan: ScanFile | Path | str,
    boxes: Mapping[int, Box] | None,
    *,
    model: str | Segmenter | None = None,
    label: str = DEFAULT_LABEL,
    keep_largest: bool = False,
    fill_holes: bool = False,
    progress: Progress = no_progress,
) -> ScanFile:
    """Outline the tumour and store the masks as a label.

    Args:
        scan: which.
        boxes: frame number → (x0, y0, x1, y1), half-open, in pixels of the full frame. One is
            followed to where the tumour ends, several are linear between each other; None finds
            the tumour without any.
        model: a name of `parasam models list`, a ParaSAM model's file, or a loaded segmenter;
            lite-medsam where None, and without boxes the ParaSAM model that comes along.
        label: where to store the masks.
        keep_largest: keep only the largest body.
        fill_holes: fill holes within each frame.
        progress: told about every frame.

    Returns:
        The scan with the label.

    Raises:
        PromptError: no box, or one that does not fit.
        ModelError: no such model, or one that needs a box.
        LabelError: the label's name is taken by masks made another way.
    """
    found = _opened(scan)
    found.check_label_free(label, "segment")
    sequence = found.sequence()
    if boxes is None:
        mask = _loaded(model, automatic=True).find(sequence, progress)
    else:
        checked_boxes(boxes, sequence)
        mask = _loaded(model).segment(sequence, boxes, progress)
    if keep_largest or fill_holes:
        from parasam_core.sam.cleaning import cleaned

        mask = cleaned(mask, keep_largest=keep_largest, fill_holes=fill_holes)
    return found.write_mask(label, mask)


def measure(
    scan: ScanFile | Path | str, label: str | None = None, *, ends: str = "required"
) -> Measurement:
    """Volume, extents and surface of a label; frames between outlined ones are filled.

    Args:
        scan: which.
        label: which mask; may be None where there is one.
        ends: "required", "drawn" or "caps", see `parasam_core.solid.fill`.

    Raises:
        GeometryError: outlines on some frames only, and the tumour goes on beyond them.
        LabelError: no such label, or several and none named.
        EmptyMaskError: no pixel is tumour.
    """
    from parasam_core.measure import measure as measured  # scipy and trimesh take a second
    from parasam_core.solid import fill, surface

    mask = _opened(scan).mask(label)
    volume = fill(mask, ends=ends)
    return measured(mask, volume, surface(volume))


def write_mesh(
    scan: ScanFile | Path | str,
    out: Path | str,
    *,
    label: str | None = None,
    triangles: int | None = None,
    style: str = "smooth",
    ends: str = "required",
    against: str | None = None,
    progress: Progress = no_progress,
) -> Mesh:
    """Write a label's surface as GLB (metres, Y-up), STL, PLY or OBJ (mm).

    Where a model drew it, each vertex of a GLB or PLY has the confidence of its frame.

    Args:
        scan: which.
        out: the file; its ending decides the format.
        label: which mask; may be None where there is one.
        triangles: at most about so many; all where None.
        style: "smooth", or "blocks" for the voxels as they were counted.
        ends: "required", "drawn" or "caps", see `parasam_core.solid.fill`.
        against: another label, from whose smooth surface each vertex gets its distance in mm,
            positive outside.
        progress: told before every step.

    Raises:
        UsageError: the file cannot be written there or hold distances, or fewer triangles of
            blocks.
        GeometryError: outlines on some frames only, and the tumour goes on beyond them.
        LabelError: no such label, or several and none named.
        EmptyMaskError: no pixel is tumour.
    """
    from parasam_core.solid import check_mesh_target, check_style, fill, meshfile, styled, surface
    from parasam_core.solid.attributes import check_one_space, with_confidence, with_distance

    check_mesh_target(Path(out), attributes=against is not None)
    check_style(style, triangles)
    found = _opened(scan)
    progress("reading the mask", 0, MESH_STEPS)
    mask = found.mask(label)
    progress("filling", 1, MESH_STEPS)
    volume = fill(mask, ends=ends)
    progress("making the surface", 2, MESH_STEPS)
    mesh = with_confidence(styled(volume, style, triangles), mask)
    if against is not None:
        progress("measuring distances", 3, MESH_STEPS)
        other = found.mask(against)
        check_one_space(mask, other)
        mesh = with_distance(mesh, surface(fill(other, ends=ends)))
    progress("writing", 4, MESH_STEPS)
    meshfile.write_mesh(out, mesh, mask.provenance)
    return mesh


def export(
    scan: ScanFile | Path | str,
    out: Path | str,
    *,
    label: str | None = None,
    image: bool = False,
    progress: Progress = no_progress,
) -> Exported:
    """Write a label, or the frames, for other tools; see `parasam_core.export` for the frame.

    Args:
        scan: which.
        out: the file; its ending decides the format: .nii.gz, .nii, .nrrd, .mha, .tif, and for
            labels .seg.nrrd and .dcm.
        label: which mask; may be None where there is one.
        image: write the frames instead of a label.
        progress: told before every step.

    Raises:
        UsageError: the file cannot be written there.
        LabelError: no such label, or several and none named.
    """
    from parasam_core.export import check_target, write  # not for verbs that export nothing

    check_target(Path(out), image=image)
    return write(_opened(scan), Path(out), label=label, image=image, progress=progress)


def export_medsam(library: Path | str, folder: Path | str, **options: Any) -> Manifest:
    """Write a scan's or a library's annotated frames as a tree of training images.

    Args:
        library: a scan, or a folder of scans.
        folder: where.
        options: see `parasam_core.export.write_tree`: label, size, stretch, split, seed, progress.

    Raises:
        UsageError: the size, the split or the folder cannot be.
        LabelError: a scan has no such label, or several and none named.
        DatasetError: the parts would leak, or there is too little to split.
    """
    from parasam_core.export import write_tree

    return write_tree(scanfile.scans_in(library), Path(folder), **options)


def train(
    data: Iterable[Path | str],
    out: Path | str,
    *,
    base: str = DEFAULT_MODEL,
    label: str | None = None,
    resume: Path | None = None,
    progress: Progress = no_progress,
    **settings: Any,
) -> Trained:
    """Train a base's mask decoder on outlined images; encoders stay as they are, but for the image
    encoder's last stage where that is wanted.

    Args:
        data: scans, libraries, trees of training images, of which `Train` is used, and folders
            with `images` beside `labels` or `masks`.
        out: the model to write, ending in .safetensors; curves appear beside it.
        base: a name of `parasam models list`.
        label: whose masks of scans; may be None where each has one.
        resume: the state (OUT.state) of a training that was stopped.
        progress: told about every image and every step.
        settings: see `parasam_core.sam.train.Settings`: prompt, epochs, seed, batch, rate,
            validation_share, precision, copies, empty, adapter, last_stage.

    Raises:
        UsageError: a setting or `out` cannot be.
        DatasetError: the data cannot be used, or the parts would leak.
        ModelError: no such base, or the state is of another training.
    """
    from parasam_core.medsam_tree import TRAIN
    from parasam_core.sam import store  # torch takes seconds to import
    from parasam_core.sam import train as training
    from parasam_core.sam.examples import examples_from

    wanted = training.Settings(**settings)
    training.check_out(Path(out))
    examples = examples_from(data, label, part=TRAIN)
    return training.train(
        examples, store.load(base), wanted, Path(out), resume=resume, progress=progress
    )


def compare(
    data: Iterable[Path | str],
    models: Iterable[str],
    *,
    prompt: str = "box",
    figures: Path | str | None = None,
    label: str | None = None,
    part: str = "Test",
    progress: Progress = no_progress,
) -> Comparison:
    """What several models make of the same outlined images, with the same prompts.

    Args:
        data: scans, libraries, trees of training images, and folders with `images` beside `labels`
            or `masks`.
        models: names of `parasam models list`, or files of ParaSAM models.
        prompt: "full", the whole image as box; or "box", the tumour's with 5 pixels around.
        figures: a folder for pictures, table and JSON; none are written where None.
        label: whose masks of scans; may be None where each has one.
        part: of trees: "Test", "Train" or "All".
        progress: told about every image.

    Raises:
        UsageError: no model, or one twice.
        DatasetError: the data cannot be used.
        ModelError: no such model.
    """
    from parasam_core.sam import store  # torch takes seconds to import
    from parasam_core.sam.compare import compared, write_comparison
    from parasam_core.sam.examples import examples_from

    loaded = [store.load(name) for name in models]
    names = [model.name for model in loaded]
    if not names or len(set(names)) < len(names):
        raise UsageError(
            f"expected models of different names to compare, got {', '.join(names) or 'none'}"
        )
    comparison = compared(examples_from(data, label, part=part), loaded, prompt, progress)
    if figures is not None:
        write_comparison(Path(figures), comparison, progress)
    return comparison


def report(
    library: Path | str,
    out: Path | str,
    *,
    title: str | None = None,
    volumes: Path | str | None = None,
    ends: str = "required",
    progress: Progress = no_progress,
) -> Report:
    """Write a library's volumes as one HTML page that needs nothing else, and OUT.csv beside it.

    Every mask is measured; one that cannot be is listed with the reason.

    Args:
        library: a scan, or a folder of scans.
        out: the page, ending in .html.
        title: of the page; the library's name where None.
        volumes: a table (CSV) of volumes, see `parasam_core.agreement.external`.
        ends: "required", "drawn" or "caps", see `parasam_core.solid.fill`.
        progress: told about every scan.

    Raises:
        UsageError: the file cannot be written there.
        ScanError: no scan there, or a damaged one.
        TableError: the table of volumes cannot be read.
    """
    from parasam_core.report import Others, check_report_target, collect, write_report

    check_report_target(Path(out))
    scans = scanfile.scans_in(library)
    named = title or f"Tumour volumes of {Path(library).resolve().name.removesuffix('.zarr')}"
    others = Others() if volumes is None else Others.read(Path(volumes))
    found = collect(scans, named, ends=ends, others=others, progress=progress)
    write_report(Path(out), found)
    return found


def agree(
    scans: Iterable[Path | str],
    *,
    labels: Iterable[str] | None = None,
    volumes: Path | str | None = None,
    tolerance_mm: float | None = None,
    resample: bool = False,
    out: Path | str | None = None,
    progress: Progress = no_progress,
) -> Agreed:
    """How well several masks of the same tumours agree, and volumes that others measured.

    Scans of one subject and timepoint are one case, and its labels are the raters. Scans of one
    label each that are given one by one, share neither, and come without `volumes`, are all taken
    for the same tumour.
    Frames between outlined ones are filled, and the tumour ends as drawn; what is at least half
    tumour counts for overlaps. See `parasam_core.agreement` for formulas and their sources.

    Args:
        scans: scans, or libraries.
        labels: which masks; all where None.
        volumes: a table (CSV) of volumes, see `parasam_core.agreement.external`.
        tolerance_mm: within which edges agree, for the NSD; 0.1 where None.
        resample: masks on different grids are compared on the finest, each voxel as the one that
            its centre lies in; refused where False. Volumes stay those on the masks' own grids.
        out: a folder for JSON, tables and Bland-Altman plots; none are written where None.
        progress: told about every mask, pair and plot.

    Raises:
        UsageError: no case has two raters; the tolerance or the folder cannot be.
        GeometryError: grids differ, and `resample` is False.
        ScanError: a scan is not there, or damaged.
        LabelError: no scan has one of the labels.
        TableError: the table cannot be read, or names a method as a label is named.
    """
    from parasam_core.agreement import ExternalTable, cases_of, read_volumes  # scipy takes a second
    from parasam_core.agreement import agree as agreed
    from parasam_core.agreement.edges import TOLERANCE_MM
    from parasam_core.agreement.files import check_folder, write_agreed
    from parasam_core.solid import fill

    if out is not None:
        check_folder(Path(out))
    paths = [Path(path) for path in scans]
    given = {s.path.resolve(): s for path in paths for s in scanfile.scans_in(path)}
    table = ExternalTable() if volumes is None else read_volumes(volumes)
    by_name = volumes is None and all(path.suffix == ".zarr" for path in paths)
    cases = cases_of(
        list(given.values()), None if labels is None else list(labels), by_name=by_name
    )
    found = agreed(
        cases, table, functools.partial(fill, ends="drawn"),
        tolerance_mm=TOLERANCE_MM if tolerance_mm is None else tolerance_mm, resample=resample,
        progress=progress,
    )  # fmt: skip
    if out is not None:
        write_agreed(Path(out), found, progress)
    return found


def export_model(name: str, folder: Path | str, *, progress: Progress = no_progress) -> OnnxFiles:
    """A model as ONNX files, compared with torch before they are written.

    Args:
        name: of `parasam models list`, or a ParaSAM model's file.
        folder: for `NAME.encoder.onnx` and `NAME.decoder.onnx`; made where it is not there.
        progress: called after each step.

    Raises:
        UsageError: the folder is a file.
        ModelError: no such model, or its files do not answer as torch does.
    """
    from parasam_core.sam import store  # torch takes seconds to import
    from parasam_core.sam.onnx_files import write_onnx

    if Path(folder).exists() and not Path(folder).is_dir():
        raise UsageError(f"expected a folder to write a model to, got {folder}, which is a file")
    return write_onnx(store.load(name), Path(folder), progress)


def _import_label(scan: ScanFile, grid: Grid, *, nothing_else: bool) -> ScanFile:
    """Add a label image to the scan that it was drawn on; what it gave before is replaced."""
    if not nothing_else:
        raise UsageError(
            "expected nothing but the scan with a label image, which is taken as it lies, "
            f"got more with {grid.path}"
        )
    labels = labels_in(grid)
    for name in labels:
        _check_label_name(scan, name, grid.path)
    grid = cut_to_area(grid, scan.space, scan.full_frame_shape, scan.roi_xyxy)
    start = place_on(grid, scan.space)
    for name, segment in labels.items():
        scan = scan.write_mask(name, mask_of(grid, segment, scan.space, start))
    return scan


def _check_label_name(scan: ScanFile, name: str, source: Path) -> None:
    if name in scan.labels and scan.mask(name).provenance.source != source.name:
        raise LabelError(
            f"expected a label name that is free in {scan.path}, got {name}; rename {source}"
        )
    scan.check_label_free(name, "import")


def _opened(scan: ScanFile | Path | str) -> ScanFile:
    return scan if isinstance(scan, ScanFile) else ScanFile.open(scan)


def _loaded(model: str | Segmenter | None, *, automatic: bool = False) -> Segmenter:
    if model is not None and not isinstance(model, str):
        return model
    from parasam_core.sam import load_automatic, load_segmenter  # torch takes seconds to import

    return (
        load_automatic() if automatic and model is None else load_segmenter(model or DEFAULT_MODEL)
    )
