#version 330 core

// Lit like a specimen: a key from the upper left, a soft fill, a cool rim from behind.
// All in linear light; the framebuffer encodes sRGB.

in vec3 stage_position;
in vec3 stage_normal;
flat in vec3 stage_eye;

uniform vec3 albedo;
uniform vec3 inner;  // seen from within, where it is cut open: flat, so that it reads as cut

out vec4 colour;

const vec3 KEY = normalize(vec3(-0.55, 0.75, 0.60));
const vec3 FILL = normalize(vec3(0.80, 0.05, 0.55));
const vec3 SKY = vec3(0.060, 0.070, 0.085);
const vec3 GROUND = vec3(0.022, 0.016, 0.016);
const vec3 KEY_LIGHT = vec3(0.86, 0.81, 0.74);
const vec3 FILL_LIGHT = vec3(0.085, 0.10, 0.13);
const vec3 RIM_LIGHT = vec3(0.16, 0.21, 0.30);
const float GLOSS = 42.0;
const float WRAP = 0.35;  // tissue scatters: the light reaches round the edge

void main() {
    if (!gl_FrontFacing) {
        colour = vec4(inner, 1.0);
        return;
    }
    vec3 n = normalize(stage_normal);
    vec3 v = normalize(stage_eye - stage_position);

    vec3 light = mix(GROUND, SKY, 0.5 + 0.5 * n.y);
    light += KEY_LIGHT * pow(clamp((dot(n, KEY) + WRAP) / (1.0 + WRAP), 0.0, 1.0), 1.4);
    light += FILL_LIGHT * max(dot(n, FILL), 0.0);

    float shine = pow(max(dot(n, normalize(KEY + v)), 0.0), GLOSS);
    float edge = pow(1.0 - max(dot(n, v), 0.0), 3.0);
    vec3 rim = RIM_LIGHT * edge * (0.35 + 0.65 * max(n.y, 0.0));

    colour = vec4(albedo * light + 0.16 * KEY_LIGHT * shine + rim, 1.0);
}
