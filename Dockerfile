# The page in a container: a Docker Space, or any machine with Docker. docs/hosting.md says when that is worth it.
#     docker build -t digit-forge . && docker run --rm -p 7860:7860 digit-forge
FROM python:3.12.12-slim-bookworm

# The user that a Space's container runs as. The page keeps models that it trained in checkpoints/, which is theirs
RUN useradd --create-home --uid 1000 user
USER 1000
WORKDIR /home/user/app

# PyTorch's CPU build: without CUDA's libraries, which are 3 GB that nothing here would use
COPY --chown=1000 requirements.txt ./
RUN pip install --no-cache-dir --user --extra-index-url https://download.pytorch.org/whl/cpu -r requirements.txt
COPY --chown=1000 app.py README.md LICENSE ./
COPY --chown=1000 gan gan
COPY --chown=1000 checkpoints checkpoints

ENV HOST=0.0.0.0 PORT=7860 HF_HUB_OFFLINE=1 PYTHONUNBUFFERED=1
EXPOSE 7860
CMD ["python", "app.py"]
