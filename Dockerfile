# The locked environment and the workflow in one image. This recipe was not built by the authors,
# who had no container engine; a test checks its files and that it installs as `make setup` does.
#   docker build --tag mlplab .
#   docker run --rm --volume "$PWD/results:/mlplab/results" --volume "$PWD/resources:/mlplab/resources" mlplab --cores 4
FROM python:3.11-slim
WORKDIR /mlplab
COPY requirements.lock ./
RUN python -m pip install --no-cache-dir --quiet --no-deps --require-hashes --requirement requirements.lock
COPY pyproject.toml README.md LICENSE Snakefile ./
COPY src ./src
COPY workflow ./workflow
COPY config ./config
COPY profiles ./profiles
RUN python -m pip install --quiet --no-deps --no-build-isolation --editable .
ENTRYPOINT ["snakemake"]
CMD ["--cores", "4"]
