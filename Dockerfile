# Easel in a container; docker-compose.yml starts it with all that it needs.
#
#   docker build .                         models come into the volume
#   docker build --target with-weights --build-arg MODELS="org/name@COMMIT" .
#                                          models lie in the image
#
#   docker build --build-arg EXTRAS="ray" .   with what another way of painting needs
#
# TORCH_BUILD is cpu, cuda, or empty: then the CPU build is taken where pip can find one. CUDA
# itself comes with PyTorch; the machine has to bring only the driver. PIP_INDEX_URL and
# PIP_EXTRA_INDEX_URL say where pip looks, as they do without a container.

FROM python:3.11.15-slim-bookworm AS base
ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
WORKDIR /opt/easel

FROM base AS packages
ARG TORCH_BUILD=""
ARG PIP_INDEX_URL=""
ARG PIP_EXTRA_INDEX_URL=""
# None, or ray, modal, or both with a space between.
ARG EXTRAS=""
ENV PIP_NO_CACHE_DIR=1
COPY run requirements.lock extras.lock pyproject.toml ./
COPY deploy/slim.py deploy/
# In one layer: what is taken out in a later one would still be in the image.
RUN ./run --set-up-only \
    && if [ -n "$EXTRAS" ]; then ./run --set-up-extras; fi \
    && .venv/bin/python deploy/slim.py $EXTRAS \
    && rm .venv/setup.log

FROM base AS sources
COPY run requirements.lock pyproject.toml LICENSE ./
COPY deploy/bake deploy/healthy.py deploy/watcher-key deploy/
COPY migrations migrations
COPY storage storage
COPY engine engine
COPY bot bot
# They come as they lie on the machine that builds, perhaps for nobody else to read.
RUN chmod -R a+rX .

FROM base AS runtime
ARG TORCH_BUILD=""
# With these what is compiled for a card is started. Without a card nothing is compiled.
RUN if [ "$TORCH_BUILD" = cuda ]; then \
        apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev \
        && rm -rf /var/lib/apt/lists/*; \
    fi
LABEL org.opencontainers.image.title="Easel" \
      org.opencontainers.image.licenses="MIT"
# /keys is where deploy/watcher-key leaves what Prometheus opens Easel with.
RUN useradd --uid 10001 --home-dir /data --no-create-home --shell /usr/sbin/nologin easel \
    && install -d -o easel -g easel -m 0750 /data /keys
COPY --from=packages /opt/easel/.venv .venv
COPY --from=sources /opt/easel ./
# Nobody can write them down later: the files belong to root.
RUN .venv/bin/python -m compileall -q bot engine migrations storage
# Whatever comes by the published port has the address of the network's gateway or, without root, of
# the container itself. So nobody is taken for somebody who sits at this machine.
ENV EASEL_HOST=0.0.0.0 \
    EASEL_OPEN_PAGE=false \
    EASEL_DATA_DIR=/data \
    HF_HUB_OFFLINE=1
USER 10001:10001
EXPOSE 7878
STOPSIGNAL SIGTERM
# Alive, not ready: some supervisors end what is unhealthy, and Easel waits for a lost database.
HEALTHCHECK --interval=30s --timeout=5s --start-period=10m --retries=3 \
    CMD ["/opt/easel/.venv/bin/python", "/opt/easel/deploy/healthy.py", "/healthz"]
ENTRYPOINT ["/opt/easel/run"]
CMD ["serve"]

FROM runtime AS with-weights
ARG MODELS=""
USER 0
# Only the safetensors that are needed, of that very commit. A token for models that want one:
# --secret id=hf_token,env=HF_TOKEN
RUN --mount=type=secret,id=hf_token HF_HUB_OFFLINE=0 deploy/bake "$MODELS"
USER 10001:10001

# The last one is what is built when none is named.
FROM runtime AS easel
