#version 330 core

// Words in the focal plane: how much of each pixel they cover.

in vec2 picture_place;

uniform sampler2D levels;
uniform vec3 ink;

out vec4 colour;

void main() {
    float alpha = texture(levels, picture_place).r;
    if (alpha <= 0.0) {
        discard;
    }
    colour = vec4(ink * alpha, alpha);
}
