"""How rows of lists are drawn: their ground, and text that is elided where it does not fit."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPalette
from PySide6.QtWidgets import QListView, QStyle, QStyleOptionViewItem, QWidget

from client.ui import theme


def paint_ground(painter: QPainter, option: QStyleOptionViewItem) -> None:
    """The ground of a row: chosen, under the mouse, or plain; a line below it."""
    colors: QPalette = option.palette
    box: QRect = option.rect
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if option.state & QStyle.StateFlag.State_Selected:
        painter.fillRect(box, theme.chosen(colors))
        bar = QRectF(box.left(), box.top(), 3, box.height())
        painter.fillRect(bar, colors.accent())
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(colors.accent().color())
            painter.drawRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5))
    elif option.state & QStyle.StateFlag.State_MouseOver:
        painter.fillRect(box, colors.alternateBase())
    painter.setPen(colors.midlight().color())
    painter.drawLine(box.bottomLeft(), box.bottomRight())
    painter.restore()


def draw(
    painter: QPainter, text: str, box: QRect, font: QFont, color: QColor, *, right: bool = False
) -> int:
    """Draws one line of text centred in the height of *box*; gives the width it took."""
    if not text or box.width() <= 0:
        return 0
    metrics = QFontMetrics(font)
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, box.width())
    painter.setFont(font)
    painter.setPen(color)
    side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
    painter.drawText(box, int(side | Qt.AlignmentFlag.AlignVCenter), shown)
    return metrics.horizontalAdvance(shown)


def row_list(name: str, parent: QWidget | None = None) -> QListView:
    """A list whose rows a delegate draws: whole rows, one at a time, Enter activates."""
    view = QListView(parent)
    view.setAccessibleName(name)
    view.setFrameShape(QListView.Shape.NoFrame)
    view.viewport().setAutoFillBackground(False)  # lies on the card
    view.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
    view.setSelectionMode(QListView.SelectionMode.SingleSelection)
    view.setUniformItemSizes(True)
    view.setMouseTracking(True)
    view.setTabKeyNavigation(False)
    view.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
    return view
