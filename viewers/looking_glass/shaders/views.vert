#version 330 core

// One instance a view: moved into its tile, and cut at its tile's four edges.

layout(location = 0) in vec3 position;
layout(location = 1) in vec3 normal;
layout(location = 2) in vec2 place;

layout(std140) uniform Views {
    mat4 clip_from_stage[128];
    vec4 eye[128];
};

uniform mat4 stage_from_scene;
uniform int first_view;
uniform int columns;        // of the tiles drawn at once
uniform int views_a_row;    // of the quilt
uniform vec2 tile_size;     // of a tile, the whole target being 1
uniform vec4 kept;          // what is kept lies where xyz · position + w > 0, on the stage
uniform vec4 divide;        // a plane on the stage, of which only the eye's side is drawn ...
uniform float divide_side;  // ... where this is 1, or the other where it is -1; 0 draws both

out vec3 stage_position;
out vec3 stage_normal;
flat out vec3 stage_eye;
out vec2 picture_place;

void main() {
    int row = gl_InstanceID / columns;
    int column = gl_InstanceID % columns;
    int view = first_view + row * views_a_row + column;
    vec4 at = stage_from_scene * vec4(position, 1.0);
    vec4 clip = clip_from_stage[view] * at;

    gl_ClipDistance[0] = clip.w + clip.x;
    gl_ClipDistance[1] = clip.w - clip.x;
    gl_ClipDistance[2] = clip.w + clip.y;
    gl_ClipDistance[3] = clip.w - clip.y;
    gl_ClipDistance[4] = dot(kept, at);
    float eyes_side = dot(divide, vec4(eye[view].xyz, 1.0)) < 0.0 ? -1.0 : 1.0;
    gl_ClipDistance[5] = divide_side == 0.0 ? 1.0 : divide_side * eyes_side * dot(divide, at);

    vec2 middle = (2.0 * vec2(column, row) + 1.0) * tile_size - 1.0;
    gl_Position = vec4(clip.xy * tile_size + clip.w * middle, clip.zw);

    stage_position = at.xyz;
    stage_normal = mat3(stage_from_scene) * normal;
    stage_eye = eye[view].xyz;
    picture_place = place;
}
