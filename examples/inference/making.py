"""Draws the images of the inference example and trains its network.

The digits are parted before anything is drawn: the network learns from one part, the images come
from the other. Its filters are centroids of patches, learned by k-means layer after layer (Coates
and Ng, "Learning Feature Representations with K-means", 2012); a logistic regression reads them.
"""

import numpy
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from sklearn.cluster import MiniBatchKMeans
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from threadpoolctl import threadpool_limits

SIDE = 36
INK = 28
PATCHES = 20_000
POOLS = (2, 4)
BATCH = 1_000


def sampled(pictures, x, y):
    """Bilinear samples of 8 × 8 pictures at (x, y), zero outside."""
    padded = numpy.pad(pictures, ((0, 0), (1, 1), (1, 1)))
    x, y = numpy.clip(x + 1, 0, 8.999), numpy.clip(y + 1, 0, 8.999)
    left, top = x.astype(int), y.astype(int)
    right_part, lower_part = x - left, y - top
    row = numpy.arange(len(pictures))[:, None, None]
    upper = (padded[row, top, left] * (1 - right_part) + padded[row, top, left + 1] * right_part)
    lower = (padded[row, top + 1, left] * (1 - right_part)
             + padded[row, top + 1, left + 1] * right_part)
    return upper * (1 - lower_part) + lower * lower_part


def drawn(digits, labels, count, generator):
    """`count` images and their labels: digits chosen and distorted at random."""
    chosen = generator.integers(len(digits), size=count)
    images = numpy.empty((count, SIDE, SIDE), dtype=numpy.uint8)
    grid = (numpy.arange(SIDE) - (SIDE - 1) / 2) * 8 / INK
    for start in range(0, count, BATCH):
        part = chosen[start:start + BATCH]
        shape = (len(part), 1, 1)
        turn = generator.uniform(-0.25, 0.25, shape)
        scale = generator.uniform(0.85, 1.2, shape)
        across, down = generator.uniform(-0.8, 0.8, shape), generator.uniform(-0.8, 0.8, shape)
        x = (grid[None, None, :] * numpy.cos(turn) + grid[None, :, None] * numpy.sin(turn)) * scale
        y = (grid[None, :, None] * numpy.cos(turn) - grid[None, None, :] * numpy.sin(turn)) * scale
        light = sampled(digits[part], x + 3.5 + across, y + 3.5 + down) * (255 / 16)
        light += generator.normal(0, 20, light.shape)
        images[start:start + BATCH] = numpy.clip(light, 0, 255).astype(numpy.uint8)
    return images, labels[chosen].astype(numpy.uint8)


def learned_filters(maps, count, seed):
    """Filters (count × channels × 5 × 5) and biases: unit centroids of normalized patches."""
    generator = numpy.random.default_rng(seed)
    windows = numpy.lib.stride_tricks.sliding_window_view(maps, (5, 5), axis=(2, 3))
    picked = [generator.integers(size, size=PATCHES) for size in
              (windows.shape[0], windows.shape[2], windows.shape[3])]
    patches = windows[picked[0], :, picked[1], picked[2]].reshape(PATCHES, -1)
    patches = patches - patches.mean(axis=1, keepdims=True)
    patches /= numpy.sqrt(patches.var(axis=1, keepdims=True) + 0.01)
    grouped = MiniBatchKMeans(count, batch_size=4096, n_init=1, max_iter=20, random_state=seed)
    centroids = grouped.fit(patches).cluster_centers_
    centroids -= centroids.mean(axis=1, keepdims=True)
    centroids /= numpy.linalg.norm(centroids, axis=1, keepdims=True) + 1e-6
    bias = -0.25 * patches.std() * numpy.ones(count)
    return centroids.reshape(count, maps.shape[1], 5, 5).astype("float32"), bias.astype("float32")


def network(layers, readout):
    """The ONNX model: uint8 images → features of `layers`, or → digits when there is a readout."""
    nodes = [helper.make_node("Cast", ["images"], ["light"], to=TensorProto.FLOAT),
             helper.make_node("Mul", ["light", "scale"], ["map0"])]
    values = {"scale": numpy.float32(1 / 255)}
    for index, (filters, bias) in enumerate(layers):
        values |= {f"filters{index}": filters, f"bias{index}": bias}
        nodes += [
            helper.make_node("Conv", [f"map{index}", f"filters{index}", f"bias{index}"],
                             [f"sum{index}"]),
            helper.make_node("Relu", [f"sum{index}"], [f"active{index}"]),
            helper.make_node("AveragePool", [f"active{index}"], [f"map{index + 1}"],
                             kernel_shape=[POOLS[index]] * 2, strides=[POOLS[index]] * 2)]
    result, kind, shape = f"map{len(layers)}", TensorProto.FLOAT, ["count", "c", "h", "w"]
    if readout:
        values |= {"weights": readout[0], "offsets": readout[1]}
        nodes += [helper.make_node("Flatten", [result], ["features"]),
                  helper.make_node("Gemm", ["features", "weights", "offsets"], ["scores"]),
                  helper.make_node("ArgMax", ["scores"], ["digits"], axis=1, keepdims=0)]
        result, kind, shape = "digits", TensorProto.INT64, ["count"]
    graph = helper.make_graph(
        nodes, "digits",
        [helper.make_tensor_value_info("images", TensorProto.UINT8, ["count", 1, SIDE, SIDE])],
        [helper.make_tensor_value_info(result, kind, shape)],
        [numpy_helper.from_array(numpy.asarray(value), name) for name, value in values.items()])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    return model.SerializeToString()


def answers(model, images):
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    return numpy.concatenate([session.run(None, {"images": images[start:start + BATCH, None]})[0]
                              for start in range(0, len(images), BATCH)])


def trained(images, labels, parameters):
    """The bytes of a model that learned `labels` from `images`."""
    layers = []
    some = images[:3_000]
    maps = some[:, None].astype("float32") / 255
    for index, count in enumerate((parameters["first"], parameters["second"])):
        layers.append(learned_filters(maps, count, parameters["seed"] + index))
        maps = answers(network(layers, None), some)
    features = answers(network(layers, None), images).reshape(len(images), -1)
    mean, spread = features.mean(axis=0), features.std(axis=0) + 1e-3
    reader = LogisticRegression(C=0.003, tol=1e-3, max_iter=300)
    reader.fit((features - mean) / spread, labels)
    weights = (reader.coef_ / spread).T
    offsets = reader.intercept_ - mean @ weights
    return network(layers, (weights.astype("float32"), offsets.astype("float32")))


def make(folder, parameters):
    """Fills `folder` with what prepare.py promises."""
    # Threads that wait for each other burn more than they save.
    with threadpool_limits(1):
        model, images, truth = everything(parameters)
    (folder / "input").mkdir()
    (folder / "input" / "model.onnx").write_bytes(model)
    numpy.save(folder / "input" / "images.npy", images)
    numpy.save(folder / "labels.npy", truth)


def everything(parameters):
    """The model's bytes, the images and their labels."""
    digits, labels = load_digits(return_X_y=True)
    known, unseen, known_labels, unseen_labels = train_test_split(
        digits.reshape(-1, 8, 8), labels, test_size=0.4, stratify=labels,
        random_state=parameters["seed"])
    generator = numpy.random.default_rng(parameters["seed"])
    model = trained(
        *drawn(known, known_labels, parameters["training"], generator), parameters)
    images, truth = drawn(unseen, unseen_labels, parameters["count"], generator)
    return model, images, truth
