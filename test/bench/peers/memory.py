"""The peers of `hindcast bench memory`: nearest rows known by a day, over the vectors that the bench wrote to a file."""
import os
import shutil

import chromadb
import hnswlib
import lancedb
import numpy as np
import pyarrow as pa
from peers import serve

FOLDER = "build/peers/memory-data"
DIMENSION, PER_DAY = 384, 40
rows = np.fromfile(f"{FOLDER}/rows.f32", "<f4").reshape(-1, DIMENSION)
queries = np.fromfile(f"{FOLDER}/queries.f32", "<f4").reshape(-1, DIMENSION)
day = np.arange(len(rows)) // PER_DAY
made = {}


def numpy_build():
    return len(rows)


def numpy_search(query, cut, count):
    known = (cut + 1) * PER_DAY
    scores = rows[:known] @ queries[query]
    best = np.argpartition(-scores, count)[:count]
    return best[np.argsort(-scores[best])].tolist()


def hnswlib_build():
    index = hnswlib.Index("cosine", DIMENSION)
    index.init_index(len(rows), ef_construction=100, M=16)
    index.set_num_threads(1)
    index.add_items(rows, np.arange(len(rows)))
    index.set_ef(64)
    made["hnswlib"] = index


def hnswlib_search(query, cut, count):
    known = (cut + 1) * PER_DAY
    return made["hnswlib"].knn_query(queries[query], count, filter=lambda row: row < known)[0][0].tolist()


def chroma_build():
    path = f"{FOLDER}/chroma"
    shutil.rmtree(path, True)
    collection = chromadb.PersistentClient(path).create_collection("rows", configuration={"hnsw": {"space": "cosine"}})
    for first in range(0, len(rows), 5000):
        last = min(first + 5000, len(rows))
        collection.add(ids=[str(i) for i in range(first, last)], embeddings=rows[first:last], metadatas=[{"day": int(d)} for d in day[first:last]])
    made["chroma"] = collection


def chroma_search(query, cut, count):
    found = made["chroma"].query(query_embeddings=queries[query : query + 1], n_results=count, where={"day": {"$lte": cut}}, include=["distances"])
    return [int(i) for i in found["ids"][0]]


def lancedb_build():
    path = f"{FOLDER}/lance"
    shutil.rmtree(path, True)
    vectors = pa.FixedSizeListArray.from_arrays(pa.array(rows.ravel()), DIMENSION)
    made["lancedb"] = lancedb.connect(path).create_table("rows", pa.table({"id": np.arange(len(rows)), "day": day, "vector": vectors}))


def lancedb_search(query, cut, count):
    search = made["lancedb"].search(queries[query]).distance_type("cosine").where(f"day <= {cut}", prefilter=True)
    return search.limit(count).select(["id"]).to_arrow()["id"].to_pylist()


os.environ["LANCEDB_LOG"] = "error"
tasks = {name: value for name, value in list(globals().items()) if name.endswith(("_build", "_search"))}
serve(tasks, packages=["chromadb", "hnswlib", "lancedb", "numpy"])
