"""The baseline: a PySide6 program that shows an empty window with one label."""

from __future__ import annotations

import sys

from PySide6.QtWidgets import QApplication, QLabel, QMainWindow

from benchmarks.painted import FirstPaint, tell


def main() -> None:
    """Show the window, tell when it is painted, end."""
    app = QApplication(sys.argv)
    window = QMainWindow()
    window.setCentralWidget(QLabel("直报"))
    window.resize(1366, 768)

    def painted() -> None:
        tell("painted")
        app.quit()

    FirstPaint(window, painted)
    window.show()
    app.exec()


if __name__ == "__main__":
    main()
