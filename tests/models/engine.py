"""libaic_engine.so as a stranger calls it: models read from bytes, rows of a table, predictions."""
import ctypes
import json
import math

import numpy as np

from conftest import BUILD

c_text = type("c_text", (ctypes.Structure,), {"_fields_": [("data", ctypes.c_char_p), ("length", ctypes.c_size_t)]})


class Limits(ctypes.Structure):
    _fields_ = [("bytes", ctypes.c_size_t), ("nodes", ctypes.c_size_t), ("trees", ctypes.c_size_t)]


class Error(ctypes.Structure):
    _fields_ = [("kind", ctypes.c_int), ("pointer", ctypes.c_char_p), ("message", ctypes.c_char_p)]


class Matrix(ctypes.Structure):
    _fields_ = [("values", ctypes.POINTER(ctypes.c_double)), ("rows", ctypes.c_size_t), ("columns", ctypes.c_size_t)]


class Cell(ctypes.Structure):
    _fields_ = [("kind", ctypes.c_int), ("boolean", ctypes.c_bool), ("number", ctypes.c_double), ("text", c_text)]


class Sink(ctypes.Structure):
    HEADER = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.POINTER(c_text), ctypes.c_size_t)
    ROW = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.POINTER(Cell), ctypes.c_size_t)
    _fields_ = [("context", ctypes.c_void_p), ("header", HEADER), ("row", ROW)]


MISSING, TEXT, NUMBER, BOOL = range(4)
MARGIN, PROBABILITY = range(2)


def load():
    library = ctypes.CDLL(str(BUILD / "src/engine/libaic_engine.so"))
    types = {
        "engine_arena_new": (ctypes.c_void_p, []),
        "engine_arena_drop": (None, [ctypes.c_void_p]),
        "model_limits_standard": (Limits, []),
        "model_read": (ctypes.c_void_p, [ctypes.c_void_p, c_text, Limits, ctypes.POINTER(ctypes.c_void_p)]),
        "model_write": (c_text, [ctypes.c_void_p, ctypes.c_void_p]),
        "model_text": (ctypes.c_char_p, [ctypes.c_void_p, ctypes.c_void_p]),
        "model_predict": (None, [ctypes.c_void_p, ctypes.POINTER(Matrix), ctypes.c_int, ctypes.POINTER(ctypes.c_double)]),
        "model_rows_new": (ctypes.c_void_p, [ctypes.c_void_p, ctypes.c_void_p]),
        "model_rows_sink": (Sink, [ctypes.c_void_p]),
        "model_rows_finish": (ctypes.c_void_p, [ctypes.c_void_p, ctypes.POINTER(Matrix)]),
    }
    for name, (result, arguments) in types.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


engine = load()


class Refused(Exception):
    pass


def check(error):
    if error:
        raise Refused(ctypes.cast(error, ctypes.POINTER(Error)).contents.message.decode())


def cell_of(value):
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return Cell(kind=MISSING)
    if isinstance(value, (bool, np.bool_)):
        return Cell(kind=BOOL, boolean=bool(value))
    if isinstance(value, str):
        data = value.encode()
        return Cell(kind=TEXT, text=c_text(data, len(data)))
    return Cell(kind=NUMBER, number=float(value))


class Model:
    def __init__(self, data):
        self.arena = engine.engine_arena_new()
        self.pointer = ctypes.c_void_p()
        check(engine.model_read(self.arena, c_text(data, len(data)), engine.model_limits_standard(), self.pointer))
        self.facts = json.loads(engine.model_text(self.arena, self.pointer))

    def __del__(self):
        engine.engine_arena_drop(self.arena)

    def written(self):
        t = engine.model_write(self.arena, self.pointer)
        return t.data[:t.length]

    def predict_matrix(self, rows, output):
        got = np.empty((rows.rows, self.facts["outputs"]))
        engine.model_predict(self.pointer, rows, output, got.ctypes.data_as(ctypes.POINTER(ctypes.c_double)))
        return got[:, 0] if self.facts["outputs"] == 1 else got

    def predict(self, values, output=PROBABILITY):
        values = np.ascontiguousarray(values, dtype=np.float64)
        pointer = values.ctypes.data_as(ctypes.POINTER(ctypes.c_double))
        return self.predict_matrix(Matrix(pointer, *values.shape), output)

    def predict_table(self, frame, output=PROBABILITY):
        """Rows by the names of the columns, texts of categories as they are."""
        builder = engine.model_rows_new(self.arena, self.pointer)
        sink = engine.model_rows_sink(builder)
        names = [str(c).encode() for c in frame.columns]
        check(sink.header(sink.context, (c_text * len(names))(*[c_text(n, len(n)) for n in names]), len(names)))
        for row in frame.astype(object).itertuples(index=False):
            check(sink.row(sink.context, (Cell * len(names))(*map(cell_of, row)), len(names)))
        rows = Matrix()
        check(engine.model_rows_finish(builder, rows))
        return self.predict_matrix(rows, output)
