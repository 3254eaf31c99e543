"""Reads /in/data, runs the network on every image, writes one digit per line to /out.

Runs in the container; it never sees a label.
"""

import time

import numpy
import onnxruntime

BATCH = 500


def main():
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # the job pays for half a CPU
    session = onnxruntime.InferenceSession(
        "/in/data/model.onnx", options, providers=["CPUExecutionProvider"])
    images = numpy.load("/in/data/images.npy", mmap_mode="r")
    began = time.monotonic()
    with open("/out/predictions.txt", "w", encoding="ascii") as file:
        for start in range(0, len(images), BATCH):
            part = numpy.ascontiguousarray(images[start:start + BATCH, None])
            digits = session.run(None, {"images": part})[0]
            file.write("".join(f"{digit}\n" for digit in digits))
            if start % 20_000 == 0:
                print(f"{start + len(part)} of {len(images)} images", flush=True)
    print(f"done: {len(images)} images in {time.monotonic() - began:.1f} s", flush=True)


main()
