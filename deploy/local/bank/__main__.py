from argparse import ArgumentParser

from deploy.local.bank.describe import description


def main() -> None:
    parser = ArgumentParser(prog="python -m deploy.local.bank")
    parser.add_argument("command", choices=("describe",), help="describe: print docs/sample-bank.md")
    parser.parse_args()
    print(description(), end="")


if __name__ == "__main__":
    main()
