"""One frame of an animation, rendered by Cycles: which one is ORBAN_ARRAY_INDEX (1, 2, …).

Runs inside Blender, in the container. Every task builds the same scene from code and writes
/out/frame_NNNN.png. The seed of the sampler is the frame number, so a frame can be repeated.
"""

import math
import os

import bpy

FRAMES = 8
WIDTH, HEIGHT, SAMPLES = 320, 180, 16
SPHERES = 24


def material(name, colour, metallic, roughness):
    """A principled surface."""
    made = bpy.data.materials.new(name)
    made.use_nodes = True
    surface = made.node_tree.nodes["Principled BSDF"]
    surface.inputs["Base Color"].default_value = (*colour, 1)
    surface.inputs["Metallic"].default_value = metallic
    surface.inputs["Roughness"].default_value = roughness
    return made


def give(thing, surface):
    thing.data.materials.append(surface)
    return thing


def build_ring():
    """Spheres on a ring under one parent that turns half way round during the animation."""
    hub = bpy.data.objects.new("hub", None)
    bpy.context.collection.objects.link(hub)
    for index in range(SPHERES):
        angle = 2 * math.pi * index / SPHERES
        height = 0.45 + 0.3 * math.sin(3 * angle)
        bpy.ops.mesh.primitive_uv_sphere_add(
            segments=48, ring_count=24, radius=0.3,
            location=(2.6 * math.cos(angle), 2.6 * math.sin(angle), height))
        bpy.ops.object.shade_smooth()
        shade = index / SPHERES
        surface = material(f"sphere {index}", (shade, 0.35, 1 - shade), index % 2, 0.15)
        give(bpy.context.object, surface).parent = hub
    hub.rotation_euler = (0, 0, 0)
    hub.keyframe_insert("rotation_euler", frame=1)
    hub.rotation_euler = (0, 0, math.pi)
    hub.keyframe_insert("rotation_euler", frame=FRAMES)


def build_stage():
    """A floor and a glossy head that rises and turns in the middle."""
    bpy.ops.mesh.primitive_plane_add(size=40)
    give(bpy.context.object, material("floor", (0.6, 0.6, 0.6), 0, 0.4))
    bpy.ops.mesh.primitive_monkey_add(size=2, location=(0, 0, 0.9))
    head = give(bpy.context.object, material("head", (0.9, 0.6, 0.2), 1, 0.25))
    smooth = head.modifiers.new("smooth", "SUBSURF")
    smooth.levels = smooth.render_levels = 3
    bpy.ops.object.shade_smooth()
    for frame, height, turn in ((1, 0.9, 0.3), (FRAMES, 1.3, 1.2)):
        head.location.z, head.rotation_euler.z = height, turn
        head.keyframe_insert("location", frame=frame)
        head.keyframe_insert("rotation_euler", frame=frame)


def build_light_and_camera(scene):
    bpy.ops.object.light_add(type="AREA", location=(4, -4, 6), rotation=(0.7, 0, 0.8))
    lamp = bpy.context.object.data
    lamp.energy, lamp.size = 900, 3
    scene.world = bpy.data.worlds.new("sky")
    scene.world.use_nodes = True
    scene.world.node_tree.nodes["Background"].inputs["Color"].default_value = (0.2, 0.3, 0.5, 1)
    bpy.ops.object.camera_add(location=(6.5, -6.5, 4.5), rotation=(1.14, 0, math.pi / 4))
    scene.camera = bpy.context.object


def choose_quality(scene, frame):
    scene.render.engine = "CYCLES"
    scene.cycles.device = "CPU"
    scene.cycles.samples = SAMPLES
    scene.cycles.use_adaptive_sampling = False
    scene.cycles.use_denoising = False
    scene.cycles.seed = frame
    scene.render.threads_mode, scene.render.threads = "FIXED", 1  # half a CPU is paid
    scene.render.resolution_x, scene.render.resolution_y = WIDTH, HEIGHT
    scene.render.resolution_percentage = 100
    scene.render.image_settings.file_format = "PNG"
    scene.render.filepath = f"/out/frame_{frame:04d}.png"


def main():
    frame = int(os.environ["ORBAN_ARRAY_INDEX"])
    if not 1 <= frame <= FRAMES:
        raise SystemExit(f"no frame {frame}: the animation has 1 to {FRAMES}")
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.frame_start, scene.frame_end = 1, FRAMES
    build_stage()
    build_ring()
    build_light_and_camera(scene)
    choose_quality(scene, frame)
    scene.frame_set(frame)
    bpy.ops.render.render(write_still=True)


main()
