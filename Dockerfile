FROM python:3.11-slim
WORKDIR /app
COPY pyproject.toml constraints.txt README.md ./
COPY bot bot
COPY eval eval
COPY corpus corpus
RUN pip install --no-cache-dir --constraint constraints.txt --editable . && useradd --create-home medialis \
 && mkdir -p data models && chown medialis data models
USER medialis
VOLUME ["/app/data", "/app/models"]
EXPOSE 7860
# the container's own loopback would reach nobody: listen on its address, publish the port on the host's loopback
CMD ["sh", "-c", "medialis models pull && medialis ingest && exec medialis serve --host 0.0.0.0"]
