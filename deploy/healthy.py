"""Says by its exit code how the Easel beside it is: `python deploy/healthy.py /readyz`."""

import http.client
import os
import sys

PORT = 7878
PATIENCE_S = 4.0


def main() -> int:
    """0 where it answers that all is well. Not by urllib, which would ask a proxy that is set."""
    path = sys.argv[1] if len(sys.argv) > 1 else "/readyz"
    port = int(os.environ.get("EASEL_PORT") or PORT)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        said = answer.read(1000).decode(errors="replace").strip()
    except (OSError, http.client.HTTPException) as error:
        sys.stdout.write(f"Easel does not answer: {error}\n")
        return 1
    finally:
        connection.close()
    sys.stdout.write(f"{said}\n")
    return 0 if answer.status == http.HTTPStatus.OK else 1


if __name__ == "__main__":
    sys.exit(main())
