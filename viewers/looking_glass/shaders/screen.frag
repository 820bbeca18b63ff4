#version 330 core

// A part of a picture over the viewport: each pixel is the mean of what it covers, and where
// picture and viewport are of one size, the picture's own pixel. Rows are counted from the bottom.

uniform sampler2D picture;
uniform ivec4 part;     // x, y, width, height in the picture
uniform ivec4 viewport; // x, y, width, height
uniform float strength;

out vec4 colour;

void main() {
    vec2 texels = vec2(part.zw) / vec2(viewport.zw); // a pixel
    vec2 low = (gl_FragCoord.xy - 0.5 - vec2(viewport.xy)) * texels;
    vec2 high = low + texels;
    ivec2 first = ivec2(floor(low + 1e-3));
    ivec2 last = min(ivec2(ceil(high - 1e-3)), part.zw);
    vec4 sum = vec4(0.0);
    float all = 0.0;
    for (int y = first.y; y < last.y; y++) {
        float tall = min(high.y, float(y + 1)) - max(low.y, float(y));
        for (int x = first.x; x < last.x; x++) {
            float weight = tall * (min(high.x, float(x + 1)) - max(low.x, float(x)));
            sum += weight * texelFetch(picture, part.xy + ivec2(x, y), 0);
            all += weight;
        }
    }
    colour = sum / max(all, 1e-6) * strength;
}
