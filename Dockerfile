# The dashboard as an image: `docker build --tag embedding-explorer .`; compose.yaml runs it with a volume.
ARG BASE=docker.io/library/python:3.13-slim
FROM ${BASE}

RUN useradd --uid 1000 --user-group --create-home explorer \
    && install --directory --owner explorer --group explorer /data

ENV PATH=/opt/embedding-explorer/bin:${PATH}
WORKDIR /usr/src/embedding-explorer

# The packages in a layer of their own: it is made again only where a version changes. It goes without 290 MB of
# TensorFlow's C++ headers, which serve those who compile operations of their own.
COPY requirements.txt constraints.txt ./
RUN python3 -m venv /opt/embedding-explorer \
    && python -m pip install --no-cache-dir --disable-pip-version-check -r requirements.txt -c constraints.txt \
    && rm -r /opt/embedding-explorer/lib/python3*/site-packages/tensorflow/include

COPY pyproject.toml README.md LICENSE requirements-dask.txt requirements-umap.txt ./
COPY core core
COPY dashboard dashboard
RUN python -m pip install --no-cache-dir --disable-pip-version-check --no-deps --no-build-isolation .

# A container's own loopback is reached by nobody: who may come in is said where its port is published.
ENV EMBEDDING_EXPLORER_HOME=/data \
    STREAMLIT_SERVER_ADDRESS=0.0.0.0 \
    STREAMLIT_SERVER_PORT=8501 \
    STREAMLIT_SERVER_HEADLESS=true \
    PYTHONUNBUFFERED=1
USER explorer
WORKDIR /data
VOLUME /data
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=4)"]
ENTRYPOINT ["embedding-explorer"]
CMD ["serve"]
