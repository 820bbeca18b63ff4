#version 330 core

// Glass: clear where it faces the eye, bright at the rim, as the page's.

in vec3 stage_position;
in vec3 stage_normal;
flat in vec3 stage_eye;

uniform vec3 tint;

out vec4 colour;

const float CLEAR = 0.05;
const float RIM = 0.7;
const float SHARPNESS = 2.8;
const float ENCODED = 1.6;  // the page blends encoded levels, where a little light looks like less

void main() {
    float facing = abs(dot(normalize(stage_normal), normalize(stage_eye - stage_position)));
    float alpha = mix(CLEAR, RIM, pow(1.0 - min(facing, 1.0), SHARPNESS));
    colour = vec4(tint * pow(alpha, ENCODED), alpha);
}
