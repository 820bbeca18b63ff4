#version 330 core

// A grey picture that glows by itself; its levels are sRGB, the framebuffer encodes them again.

in vec2 picture_place;

uniform sampler2D levels;
uniform float fade; // part of the ellipse's radius over which it vanishes; 0: the whole rectangle

out vec4 colour;

const float GLOW = 0.62; // less than the tumour's light, so that the tumour leads

float shown() {
    if (fade <= 0.0) {
        return 1.0;
    }
    float radius = length(2.0 * picture_place - 1.0);
    return 1.0 - smoothstep(1.0 - fade, 1.0, radius);
}

void main() {
    float level = texture(levels, picture_place).r;
    float linear = level <= 0.04045 ? level / 12.92 : pow((level + 0.055) / 1.055, 2.4);
    float alpha = shown();
    if (alpha <= 0.0) {
        discard;
    }
    colour = vec4(vec3(GLOW * linear * alpha), alpha);
}
