#version 330 core

// A grey picture that glows by itself, and the tumour's outline on it: of a frame, or of any plane
// through the volume. Levels are sRGB; the framebuffer encodes them again.
//
// The outline is where the mask, a slope from 0 to 1 between pixels, is one half; its distance in
// pixels of the quilt is the value's difference from one half over its gradient on the screen.

in vec3 stage_position;
in vec2 picture_place;

uniform bool is_of_volume;
uniform sampler2D levels;
uniform sampler2D mask;
uniform sampler3D volume;  // grey level, mask
uniform mat4 texture_from_stage;
uniform bool is_outlined;
uniform vec3 outline;
uniform float glow;    // of white
uniform float around;  // opacity outside the tumour
uniform float fade;    // part of the ellipse's radius over which it vanishes; 0: all is shown

out vec4 colour;

const float LINE_PX = 1.8;
const float LINE_GLOW = 0.80;

float grey_at(vec3 at) {
    return is_of_volume ? texture(volume, at).r : texture(levels, at.xy).r;
}

float inside(vec3 at) {
    return is_of_volume ? texture(volume, at).g : texture(mask, at.xy).r;
}

float line_at(vec3 at, vec3 right, vec3 up) {
    float r = inside(at + right), l = inside(at - right), u = inside(at + up), d = inside(at - up);
    float value = (inside(at) + r + l + u + d) / 5.0;
    float px = abs(value - 0.5) / max(length(vec2(r - l, u - d)) / 1.5, 1e-4);
    return 1.0 - smoothstep(0.5 * LINE_PX - 0.5, 0.5 * LINE_PX + 0.5, px);
}

float faded(vec3 at) {
    if (fade <= 0.0) {
        return 1.0;
    }
    float radius = length(2.0 * picture_place - 1.0);
    float shown = 1.0 - smoothstep(1.0 - fade, 1.0, radius);
    if (is_of_volume) {
        vec3 within = min(at, 1.0 - at);
        shown *= smoothstep(0.0, 0.5 * fade, min(min(within.x, within.y), within.z));
    }
    return shown;
}

void main() {
    vec3 at = is_of_volume ? (texture_from_stage * vec4(stage_position, 1.0)).xyz
                           : vec3(picture_place, 0.0);
    vec3 right = 0.75 * dFdx(at), up = 0.75 * dFdy(at);
    if (is_of_volume && (any(lessThan(at, vec3(0.0))) || any(greaterThan(at, vec3(1.0))))) {
        discard;
    }
    float level = grey_at(at);
    float linear = level <= 0.04045 ? level / 12.92 : pow((level + 0.055) / 1.055, 2.4);
    float line = is_outlined ? line_at(at, right, up) : 0.0;
    float solid = is_outlined ? mix(around, 1.0, clamp(2.0 * inside(at), 0.0, 1.0)) : 1.0;
    float alpha = faded(at) * max(solid, line);
    if (alpha <= 0.0) {
        discard;
    }
    vec3 light = mix(vec3(glow * linear), LINE_GLOW * outline, line);
    colour = vec4(light * alpha, alpha);
}
