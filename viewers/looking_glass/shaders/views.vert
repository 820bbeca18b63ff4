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
uniform int columns;
uniform vec2 tile_size; // of a tile, the whole target being 1

out vec3 stage_position;
out vec3 stage_normal;
out vec3 stage_eye;
out vec2 picture_place;

void main() {
    int view = first_view + gl_InstanceID;
    vec4 at = stage_from_scene * vec4(position, 1.0);
    vec4 clip = clip_from_stage[view] * at;

    gl_ClipDistance[0] = clip.w + clip.x;
    gl_ClipDistance[1] = clip.w - clip.x;
    gl_ClipDistance[2] = clip.w + clip.y;
    gl_ClipDistance[3] = clip.w - clip.y;

    vec2 tile = vec2(gl_InstanceID % columns, gl_InstanceID / columns);
    vec2 middle = (2.0 * tile + 1.0) * tile_size - 1.0;
    gl_Position = vec4(clip.xy * tile_size + clip.w * middle, clip.zw);

    stage_position = at.xyz;
    stage_normal = mat3(stage_from_scene) * normal;
    stage_eye = eye[view].xyz;
    picture_place = place;
}
