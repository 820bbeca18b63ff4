#version 330 core

// The ultrasound within the mask as a body of light: a ray a pixel through the 3D texture.
//
// It is drawn on the far sides of a box. Steps lie on planes level with the glass, the same for all
// views, so that what one eye sees is what the other sees and nothing swims; where no mask is near,
// a step is as long as the way to the next. A ray ends where nothing behind it would be seen.

in vec3 stage_position;
flat in vec3 stage_eye;

uniform sampler3D volume;  // grey level, mask, distance to the mask
uniform mat4 texture_from_stage;
uniform vec4 open_at;  // what is kept lies where xyz · position + w > 0, on the stage
uniform float step_m;
uniform float farthest_m;  // what the distance of 1 means

out vec4 colour;

const vec3 FAINT = vec3(0.09, 0.008, 0.006);
const vec3 MIDDLE = vec3(0.62, 0.11, 0.05);
const vec3 BRIGHT = vec3(1.0, 0.93, 0.8);
const float DENSITY_A_M = 50.0;
const float ECHO_DENSITY_A_M = 5000.0;
const float ENOUGH = 0.97;
const int MOST_STEPS = 2000;

vec2 within_box(vec3 eye, vec3 along) {
    vec3 a = -eye / along, b = (1.0 - eye) / along;
    vec3 enters = min(a, b), leaves = max(a, b);
    return vec2(max(max(enters.x, enters.y), enters.z), min(min(leaves.x, leaves.y), leaves.z));
}

void main() {
    vec3 along = normalize(stage_position - stage_eye);
    vec3 from = (texture_from_stage * vec4(stage_eye, 1.0)).xyz;
    vec3 way = mat3(texture_from_stage) * along;
    vec2 span = within_box(from, way);
    float slope = dot(open_at.xyz, along);
    float above = dot(open_at, vec4(stage_eye, 1.0));
    if (slope > 0.0) {
        span.x = max(span.x, -above / slope);
    } else if (slope < 0.0) {
        span.y = min(span.y, -above / slope);
    } else if (above <= 0.0) {
        discard;
    }

    float stride = step_m / max(-along.z, 0.2);
    float to_glass = stage_eye.z / max(-along.z, 0.2);
    float t = to_glass + ceil((span.x - to_glass) / stride) * stride;
    vec3 light = vec3(0.0);
    float covered = 0.0;
    for (int i = 0; i < MOST_STEPS && t < span.y; i += 1) {
        vec3 seen = texture(volume, from + t * way).rgb;
        float within = clamp(4.0 * (seen.g - 0.5) + 0.5, 0.0, 1.0);  // no halo about the glass
        if (within <= 0.0) {
            t += max(floor(seen.b * farthest_m / stride), 1.0) * stride;
            continue;
        }
        float density = within * (DENSITY_A_M + ECHO_DENSITY_A_M * seen.r * seen.r * seen.r);
        float opacity = (1.0 - exp(-density * stride)) * (1.0 - covered);
        vec3 dark = mix(FAINT, MIDDLE, min(2.0 * seen.r, 1.0));
        light += opacity * mix(dark, BRIGHT, max(2.0 * seen.r - 1.0, 0.0));
        covered += opacity;
        if (covered > ENOUGH) {
            break;
        }
        t += stride;
    }
    if (covered < 0.004) {
        discard;
    }
    colour = vec4(light, covered);
}
