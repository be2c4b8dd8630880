"""A small ONNX model as ONNX's own package writes it, for test/base/onnx-graph.test.ts.

    python3 -m venv /tmp/reference
    /tmp/reference/bin/pip install onnx==1.19.1
    /tmp/reference/bin/python scripts/reference/onnx-model.py
"""

import numpy as np
from onnx import TensorProto, checker, helper, numpy_helper

filters = numpy_helper.from_array(np.arange(-100, 188, dtype=np.float32).reshape(32, 1, 3, 3) / 8, "constant0")
limit = numpy_helper.from_array(np.array(6, dtype=np.float32), "constant1")
nodes = [
    helper.make_node("Cast", ["pictures"], ["value0"], to=TensorProto.FLOAT),
    helper.make_node(
        "Conv", ["value0", "constant0"], ["value1"], kernel_shape=[3, 3], group=1, auto_pad="SAME_UPPER"
    ),
    helper.make_node("Min", ["value1", "constant1"], ["result"]),
]
# The package sorts attributes by name; the order means nothing.
graph = helper.make_graph(
    nodes,
    "graph",
    [helper.make_tensor_value_info("pictures", TensorProto.UINT8, ["N", 1, 260, 260])],
    [helper.make_tensor_value_info("result", TensorProto.FLOAT, ["N", 32, 260, 260])],
    [filters, limit],
)
model = helper.make_model(graph, ir_version=7, opset_imports=[helper.make_opsetid("", 13)])
checker.check_model(model, full_check=True)
with open("test/base/small.onnx", "wb") as file:
    file.write(model.SerializeToString())
