"""All forms and code lists together, with every reference between them checked at load."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from core.codelists import CodeList
from core.forms.errors import FormError
from core.forms.expressions import Expression
from core.forms.functions import FUNCTIONS
from core.forms.model import ChildTable, Field, FieldType, Form
from core.numbers import CHECKS

_INDEXABLE = (FieldType.CODE, FieldType.REFERENCE, FieldType.BOOLEAN, FieldType.TEXT)


class Forms(Mapping[str, Form]):
    """Forms by id, and the code lists that they use."""

    def __init__(
        self, forms: Mapping[str, tuple[str, Form]], codelists: Mapping[str, CodeList]
    ) -> None:
        """Check and keep *forms* (id → file name and form).

        Raises:
            FormError: a dangling code list, form, field, section, check or function argument.

        """
        self._forms = {key: form for key, (_, form) in forms.items()}
        self.codelists = codelists
        for key, (file, form) in forms.items():
            if key != form.id:
                raise FormError(file, "", "id", f"must be {key}, like the file")
            _FormCheck(file, form, self).run()

    def __getitem__(self, key: str) -> Form:
        """The form *key*."""
        return self._forms[key]

    def __iter__(self) -> Iterator[str]:
        """Ids of the forms."""
        return iter(self._forms)

    def __len__(self) -> int:
        """How many forms there are."""
        return len(self._forms)

    def codelist(self, key: str) -> CodeList:
        """The code list *key*."""
        return self.codelists[key]


class _FormCheck:
    def __init__(self, file: str, form: Form, forms: Forms) -> None:
        self.file, self.form, self.forms = file, form, forms

    def fail(self, section: str, key: str, message: str) -> FormError:
        return FormError(self.file, section, key, message)

    def run(self) -> None:
        form = self.form
        names = set(form.by_name) | set(form.children_by_name)
        self._known("", "key", [form.key], set(form.by_name))
        self._known("", "label", [form.label], set(form.by_name))
        self._known("", "unit_field", [form.unit_field], set(form.by_name))
        for field in form.fields:
            self._field(f"fields {field.name}", field, names, section=True)
        for child in form.children:
            self._child(child, names)
        for rule in form.rules:
            place = f"rules {rule.id}"
            if rule.child:
                self._known(place, "child", [rule.child], set(form.children_by_name))
                columns = {each.name for each in form.children_by_name[rule.child].fields}
                self._known(place, "fields", rule.fields, columns | names)
                scope = columns | names
            else:
                self._known(place, "fields", rule.fields, names)
                scope = names
            self._known(place, "flows", rule.flows, {each.id for each in form.flows})
            for key, expression in [("check", rule.check), ("when", rule.when)]:
                self._expression(place, key, expression, scope)
            for key, expression in rule.params.items():
                self._expression(place, f"params.{key}", expression, scope)
        self._flows(names)
        self._listing(set(form.by_name))

    def _known(self, section: str, key: str, names: Iterable[str], known: set[str]) -> None:
        for name in names:
            if name not in known:
                raise self.fail(section, key, f"no field {name}")

    def _field(self, place: str, field: Field, names: set[str], *, section: bool) -> None:
        if section and field.section not in {each.name for each in self.form.sections}:
            raise self.fail(place, "section", f"no section {field.section!r}")
        if field.codelist is not None and field.codelist not in self.forms.codelists:
            raise self.fail(place, "codelist", f"no code list {field.codelist}")
        if field.refers_to is not None and field.refers_to not in self.forms:
            raise self.fail(place, "refers_to", f"no form {field.refers_to}")
        if field.check is not None and field.check not in CHECKS:
            raise self.fail(place, "check", f"no check {field.check}")
        if field.index and field.type not in _INDEXABLE:
            raise self.fail(place, "index", f"not for fields of type {field.type}")
        self._known(place, "flows", field.flows, {each.id for each in self.form.flows})
        for key in ("required_if", "visible_if", "computed", "filled", "check_if"):
            self._expression(place, key, getattr(field, key), names)

    def _child(self, child: ChildTable, names: set[str]) -> None:
        place = f"children {child.name}"
        columns = {each.name for each in child.fields}
        self._known(place, "unique_by", child.unique_by, columns)
        self._expression(place, "visible_if", child.visible_if, names)
        if child.section not in {each.name for each in self.form.sections}:
            raise self.fail(place, "section", f"no section {child.section!r}")
        for field in child.fields:
            self._field(f"{place} {field.name}", field, names | columns, section=False)

    def _flows(self, names: set[str]) -> None:
        for flow in self.form.flows:
            place = f"flows {flow.id}"
            for key in ("opens", "shows", "requires", "sets", "offers_codes"):
                self._known(place, key, getattr(flow, key), names)

    def _listing(self, names: set[str]) -> None:
        listing = self.form.listing
        for key in ("columns", "search", "names", "tails", "sort"):
            self._known("listing", key, getattr(listing, key), names)
        self._known("listing", "parent", [listing.parent] if listing.parent else [], names)
        for tally in self.form.tallies:
            self._known(f"tallies {tally.name}", "by", [*tally.by, tally.where], names)

    def _expression(
        self, place: str, key: str, expression: Expression | None, names: set[str]
    ) -> None:
        if expression is None:
            return
        self._known(place, key, sorted(expression.names), names)
        for call in expression.calls:
            fewest, most = FUNCTIONS[call.function]
            if not fewest <= call.positional <= most:
                raise self.fail(place, key, f"{call.function} takes {fewest} to {most} arguments")
            self._arguments(place, key, call.function, call.literals, call.keywords)

    def _arguments(
        self, place: str, key: str, function: str, literals: tuple[str, ...], words: tuple[str, ...]
    ) -> None:
        """Names that stand as literals must exist, so that a typing error is found at load."""
        match function, literals:
            case (("sum_of" | "count_rows"), (child, *columns)):
                self._columns(place, key, self.form, child, [*columns, *words])
            case "previous", (name, *_):
                self._known(place, key, [name], set(self.form.by_name))
            case (("attr" | "title_of"), (codelist, *rest)):
                if codelist not in self.forms.codelists:
                    raise self.fail(place, key, f"no code list {codelist}")
                if rest and rest[-1] not in self.forms.codelists[codelist].attributes:
                    raise self.fail(place, key, f"{codelist} has no attribute {rest[-1]}")
            case (("count_of" | "value_in" | "sum_in" | "leads_to"), (other, *rest)):
                if other not in self.forms:
                    raise self.fail(place, key, f"no form {other}")
                form = self.forms[other]
                if function == "sum_in":
                    self._columns(place, key, form, rest[0], [*rest[1:], *words])
                else:
                    self._known(place, key, [*rest, *words], set(form.by_name))

    def _columns(
        self, place: str, key: str, form: Form, child: str, columns: Iterable[str]
    ) -> None:
        if child not in form.children_by_name:
            raise self.fail(place, key, f"{form.id} has no child table {child}")
        known = {each.name for each in form.children_by_name[child].fields}
        self._known(place, key, columns, known)
