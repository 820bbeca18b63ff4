#version 330 core

// A quilt to the panel's own pixels, as lens.py has it: each sub-pixel shows the view that its
// place under its lens asks for. Pixels are counted from the lower left.

uniform sampler2D quilt; // bottom row first
uniform ivec2 grid;      // tiles across and up
uniform ivec2 tile;      // pixels
uniform ivec2 screen;    // pixels

// lenses a pixel: a short number, whose multiples are exact, and what it lacks
uniform vec2 across;
uniform vec2 up;
uniform vec3 starts[16];
uniform int kinds;
uniform int pattern;

out vec4 colour;

int kind(ivec2 pixel) {
    int laid = 0;
    if (pattern == 1) laid = (pixel.x + pixel.y) % 2;
    if (pattern == 2) laid = pixel.x % 2;
    if (pattern == 3) laid = (pixel.y + pixel.x % 2 * 2) % 4;
    if (pattern == 4) laid = pixel.y % 2;
    return laid % kinds;
}

float fraction(int pixel, vec2 step) {
    return fract(float(pixel) * step.x) + float(pixel) * step.y;
}

float level(int view, vec2 place, int channel) {
    ivec2 corner = ivec2(view % grid.x, view / grid.x) * tile;
    ivec2 low = ivec2(place);
    ivec2 high = min(low + 1, tile - 1);
    low += corner;
    high += corner;
    float a = texelFetch(quilt, low, 0)[channel];
    float b = texelFetch(quilt, ivec2(high.x, low.y), 0)[channel];
    float c = texelFetch(quilt, ivec2(low.x, high.y), 0)[channel];
    float d = texelFetch(quilt, high, 0)[channel];
    vec2 part = fract(place);
    return mix(mix(a, b, part.x), mix(c, d, part.x), part.y);
}

void main() {
    ivec2 pixel = ivec2(gl_FragCoord.xy);
    vec3 phase = fraction(pixel.x, across) + fraction(pixel.y, up) + starts[kind(pixel)];
    ivec3 view = ivec3(clamp(1.0 - fract(phase), 1e-5, 0.999999) * float(grid.x * grid.y));
    vec2 place = (vec2(pixel) + 0.5) * vec2(tile) / vec2(screen) - 0.5;
    place = clamp(place, vec2(0.0), vec2(tile - 1));
    colour = vec4(level(view.r, place, 0), level(view.g, place, 1), level(view.b, place, 2), 1.0);
}
