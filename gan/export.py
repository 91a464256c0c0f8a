"""Write a model for the page's own engine and, with --onnx, for other programs.

    python -m gan.export digits --out build/digits            # a manifest, and a file for each part
    python -m gan.export digits --out build/digits --onnx     # G, D, reader and encoder as ONNX too, each checked

The page draws with what the first writes (docs/engine.md). ONNX files are float32, of any batch size; each is run on
1,000 inputs beside PyTorch, and the largest error is printed. They need the packages of requirements-onnx.txt.
"""

import argparse
import sys
from pathlib import Path

from gan.command import get_prog, refusing


def main(argv: list[str] | None = None) -> int:
    """Write a model for the page's own engine; 0 when all files are there, 2 with one sentence when not."""
    parser = argparse.ArgumentParser(prog=get_prog("export"), description=main.__doc__)
    parser.add_argument("name", metavar="NAME", help="a name in checkpoints/, or a path")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="the folder to write into")
    parser.add_argument("--full", action="store_true", help="weights as they are, float32, twice the bytes")
    parser.add_argument("--onnx", action="store_true", help="ONNX files too, in DIR/onnx")
    args = parser.parse_args(argv)
    with refusing("export") as ended:
        from gan.ui.engine.onnx_files import write_onnx_files
        from gan.ui.engine.parts import describe_halves, write_model

        manifest = write_model(args.name, args.out, full=args.full, tell=print)
        print(describe_halves(args.name, args.out, manifest))
        if args.onnx:
            write_onnx_files(args.name, args.out / "onnx")
    return ended.status


if __name__ == "__main__":
    sys.exit(main())
