"""The models in Spark's dialect: what sqlglot leaves of DuckDB's is rewritten, a step for each difference.

Every step is a fact about the two dialects, none is about a model. Only that a difference of two dates is a
number of days needs types, which a query does not have: a column is a date if it is one in any table, for the
same name is the same thing in every table, or if it is made of one in the query.
"""

import datetime as dt
import math
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from decimal import Decimal
from functools import cache, partial
from typing import Any

import pyarrow as pa
import sqlglot
from sqlglot import exp
from sqlglot.dialects.duckdb import DuckDB
from sqlglot.errors import UnsupportedError

# A query and the distinct values of its one column: how a number of the settings is looked up.
LookUp = Callable[[str], Sequence[Any]]

_PLACEHOLDER = re.compile(r"\{(?::([^}]*))?\}")


def view(prefix: str, table: str) -> str:
    """The temporary view that has the rows of `layer.table`: Spark has none with a layer."""
    return f"{prefix}__{table.replace('.', '__')}"


Columns = Mapping[str, pa.Schema]


def transpiled(sql: str, tables: Columns, look_up: LookUp, prefix: str) -> str:
    """A model's select for Spark, of views with a prefix; `tables` are the columns of all that it reads.

    Raises sqlglot's ParseError or UnsupportedError for what cannot be said at all.
    """
    tree = _parsed_model(sql)
    _inline_aliases(tree, tables)
    _settle_frame_bounds(tree, look_up)
    dates = {field.name for schema in tables.values() for field in schema if pa.types.is_date(field.type)}
    _subtract_dates(tree, _dates(tree, dates))
    _match_by_position(tree, tables)
    _write_windows_out(tree)
    tree = _filter_beside(tree)
    _unnest_beside(tree)
    steps = (partial(_names, prefix), _joins, _aggregates, _lists, _times, _texts)
    for node in reversed(list(tree.walk())):
        new = node
        for step in steps:
            new = step(new)
        if new is not node:
            node.replace(new)
    return tree.sql(dialect="spark", pretty=True, comments=False)


class _DuckDB(DuckDB):
    """Lists keep the places that they have, from 1 on."""

    INDEX_OFFSET = 0


def _parsed_model(sql: str) -> exp.Expr:
    return sqlglot.parse_one(sql, read=_DuckDB)


def _call(name: str, *arguments: exp.Expr | int) -> exp.Anonymous:
    nodes = [exp.Literal.number(one) if isinstance(one, int) else one.copy() for one in arguments]
    return exp.Anonymous(this=name, expressions=nodes)


def _sql(template: str, /, **nodes: exp.Expr) -> exp.Expr:
    """Spark's SQL with expressions in the places of `@name`."""

    def filled(node: exp.Expr) -> exp.Expr:
        is_place = isinstance(node, exp.Column) and node.name.startswith("placeholder_")
        return nodes[node.name.removeprefix("placeholder_")].copy() if is_place else node

    return _parsed(template).transform(filled)


@cache
def _parsed(template: str) -> exp.Expr:
    return sqlglot.parse_one(re.sub(r"@(\w+)", r"placeholder_\1", template), read="spark")


# --- names and types


def _names(prefix: str, node: exp.Expr) -> exp.Expr:
    """`layer.table` is a view; a time is UTC, which Spark's own `timestamp` is in a session of UTC."""
    if isinstance(node, exp.Table) and node.db:
        name = exp.to_identifier(view(prefix, f"{node.db}.{node.name}"))
        if not node.args.get("alias"):
            node.set("alias", exp.TableAlias(this=exp.to_identifier(node.name)))
        node.set("db", None)
        node.set("this", name)
    elif isinstance(node, exp.DataType) and node.this == exp.DataType.Type.TIMESTAMP:
        return exp.DataType.build("timestamptz")
    elif isinstance(node, exp.CTE):
        node.set("materialized", None)
    elif isinstance(node, exp.Select):
        _replace_columns(node)
    return node


def _replace_columns(select: exp.Select) -> None:
    """`* replace (x as y)` is all but `y`, and `y`."""
    for projection in list(select.expressions):
        if projection.is_star and (star := projection.find(exp.Star)) and (new := star.args.get("replace")):
            star.set("except_", [exp.to_identifier(one.alias) for one in new])
            star.set("replace", None)
            select.set("expressions", [*select.expressions, *(one.copy() for one in new)])


def _match_by_position(tree: exp.Expr, tables: Columns) -> None:
    """`union by name` matches columns by where they stand, once all have the same in the same order."""
    for union in reversed(list(tree.find_all(exp.SetOperation))):
        if not union.args.get("by_name"):
            continue
        names = _columns(union, tables)
        for side in ("this", "expression"):
            rows = union.args[side]
            known = _columns(rows, tables)
            if known != names:
                picked = [
                    exp.column(name) if name in known else exp.alias_(exp.null(), name) for name in names
                ]
                named = exp.Subquery(this=rows.copy(), alias=exp.TableAlias(this=exp.to_identifier("rows")))
                union.set(side, exp.select(*picked).from_(named))
        union.set("by_name", False)


def _columns(rows: exp.Expr, tables: Columns) -> list[str]:
    """The names of what a query gives."""
    if isinstance(rows, exp.SetOperation):
        return list(dict.fromkeys([*_columns(rows.left, tables), *_columns(rows.right, tables)]))
    if isinstance(rows, exp.Subquery):
        return _columns(rows.this, tables)
    names = list[str]()
    for projection in rows.expressions:
        if projection.is_star:
            star = projection if isinstance(projection, exp.Star) else projection.this
            without = {one.name for one in star.args.get("except_") or ()}
            for source in _sources(rows):
                if isinstance(projection, exp.Star) or source.alias_or_name == projection.table:
                    names += [name for name in _columns_of(source, rows, tables) if name not in without]
        else:
            names.append(projection.alias_or_name)
    return names


def _sources(select: exp.Expr) -> list[exp.Expr]:
    first = select.args.get("from_")
    return [one.this for one in ([first] if first else []) + (select.args.get("joins") or [])]


def _columns_of(source: exp.Expr, rows: exp.Expr, tables: Columns) -> list[str]:
    if isinstance(source, exp.Table) and source.db:
        return tables[f"{source.db}.{source.name}"].names
    if isinstance(source, exp.Table):
        ctes = {cte.alias: cte.this for cte in rows.root().find_all(exp.CTE)}
        return _columns(ctes[source.name], tables)
    return _columns(source, tables)


# --- dates


def _dates(tree: exp.Expr, known: Collection[str]) -> set[str]:
    dates = set(known)
    aliases = list(tree.find_all(exp.Alias))
    while found := {a.alias for a in aliases if a.alias not in dates and _is_date(a.this, dates)}:
        dates |= found
    return dates


_AS_ITS_ARGUMENT = (
    exp.Paren, exp.Min, exp.Max, exp.AnyValue, exp.IgnoreNulls, exp.First, exp.Last, exp.FirstValue,
    exp.LastValue, exp.Lag, exp.Lead, exp.ArgMax, exp.ArgMin, exp.Filter, exp.Window, exp.Order, exp.Nullif,
)  # fmt: skip


def _is_date(node: exp.Expr | None, dates: Collection[str]) -> bool:
    is_date = partial(_is_date, dates=dates)
    if isinstance(node, exp.Column):
        return node.name in dates
    if isinstance(node, exp.Cast):
        return node.to.this == exp.DataType.Type.DATE
    if isinstance(node, _AS_ITS_ARGUMENT):
        return is_date(node.this)
    if isinstance(node, exp.Coalesce | exp.Greatest | exp.Least):
        return any(map(is_date, (node.this, *node.expressions)))
    if isinstance(node, exp.Case):
        return any(map(is_date, (*(one.args["true"] for one in node.args["ifs"]), node.args.get("default"))))
    if isinstance(node, exp.If):
        return is_date(node.args["true"]) or is_date(node.args.get("false"))
    if isinstance(node, exp.Add | exp.Sub):
        others = (exp.Interval, exp.ToDays, exp.Anonymous)
        return is_date(node.left) and not is_date(node.right) and not isinstance(node.right, others)
    return False


def _subtract_dates(tree: exp.Expr, dates: Collection[str]) -> None:
    """Two dates are days apart, not an interval."""
    for node in list(tree.find_all(exp.Sub)):
        if _is_date(node.left, dates) and _is_date(node.right, dates):
            node.replace(_call("datediff", node.left.copy(), node.right.copy()))


# --- windows


def _inline_aliases(tree: exp.Expr, tables: Columns) -> None:
    """What another column of the same select is called may not stand in a window, nor in a list of rows."""
    for select in tree.find_all(exp.Select):
        aliases = {one.alias: one.this for one in select.expressions if isinstance(one, exp.Alias)}
        if not aliases or not select.find(exp.Window, exp.Explode, exp.Unnest):
            continue
        while used := [
            column
            for place in select.find_all(exp.Window, exp.Explode, exp.Unnest)
            for column in place.find_all(exp.Column)
            if not column.table and column.name in aliases and column.find_ancestor(exp.Select) is select
        ]:
            sources = {name for source in _sources(select) for name in _columns_of(source, select, tables)}
            if sources.issuperset(column.name for column in used):
                break
            for column in used:
                if column.name not in sources:
                    column.replace(exp.Paren(this=aliases[column.name].copy()))


def _filter_beside(tree: exp.Expr) -> exp.Expr:
    """`qualify` is a column that says which rows stay."""
    for select in reversed(list(tree.find_all(exp.Select))):
        qualify = select.args.get("qualify")
        if qualify is None:
            continue
        select.set("qualify", None)
        inner = select.copy()
        inner.set("expressions", [*inner.expressions, exp.alias_(qualify.this.copy(), "is_kept")])
        with_ = inner.args.get("with_")
        inner.set("with_", None)
        outer = _sql("select * except (is_kept) from (select 1) as qualified where is_kept")
        outer.args["from_"].this.set("this", inner)
        outer.set("with_", with_)
        if select is tree:
            tree = outer
        else:
            select.replace(outer)
    return tree


def _settle_frame_bounds(tree: exp.Expr, look_up: LookUp) -> None:
    """A frame's bound, or a step back, must be a literal: what is a number of the settings is looked up."""
    for spec in list(tree.find_all(exp.WindowSpec, exp.Lag, exp.Lead)):
        for side in ("start", "end", "offset"):
            bound = spec.args.get(side)
            column = bound.find(exp.Column) if isinstance(bound, exp.Expr) else None
            if bound is None or column is None:
                continue
            select = spec.find_ancestor(exp.Select)
            assert select is not None
            source = next(one for one in _sources(select) if one.alias_or_name == column.table)
            within = select.find_ancestor(exp.CTE)
            ctes = list(tree.find_all(exp.CTE, bfs=False))
            before = ctes[: next((n for n, cte in enumerate(ctes) if cte is within), None)]
            given = ", ".join(cte.sql(dialect="duckdb") for cte in before)
            query = f"select distinct {bound.sql()} from {source.sql(dialect='duckdb')}"
            values = look_up(f"with {given} {query}" if given else query)
            if len(values) > 1:
                raise UnsupportedError(f"{bound.sql()} bounds a frame and is not the same in every row")
            spec.set(side, _literal(values[0] if values else dt.timedelta(0)))


def _literal(value: Any) -> exp.Expr:
    if isinstance(value, dt.timedelta):
        is_whole = not value.seconds and not value.microseconds
        count, unit = (value.days, "DAY") if is_whole else (value.total_seconds(), "SECOND")
        return exp.Interval(this=exp.Literal.string(str(count)), unit=exp.Var(this=unit))
    return exp.Literal.number(value)


def _write_windows_out(tree: exp.Expr) -> None:
    """What has no frame is over none, nothing over a window is filtered, and no median of it has an order.

    `over day - x` would be a window of the name `day-x`: every window is written where it is used.
    """
    for window in list(tree.find_all(exp.Window)):
        select = window.find_ancestor(exp.Select)
        if window.alias and select is not None:
            named = {one.this.name: one for one in select.args.get("windows") or ()}
            for key in ("partition_by", "order", "spec"):
                value = named[window.alias].args.get(key)
                copied = [one.copy() for one in value] if isinstance(value, list) else value and value.copy()
                window.set(key, copied)
            window.set("alias", None)
        function = window.this.this if isinstance(window.this, exp.IgnoreNulls) else window.this
        if isinstance(function, exp.Lag | exp.Lead | exp.RowNumber):
            window.set("spec", None)
        if isinstance(window.this, exp.Filter):
            window.set("this", _filtered(window.this))
    for select in tree.find_all(exp.Select):
        select.set("windows", None)


# --- joins and unnest


def _joins(node: exp.Expr) -> exp.Expr:
    """The nearest row before or after is the first of those before or after."""
    if not (isinstance(node, exp.Join) and node.method == "ASOF"):
        return node
    name = node.this.alias_or_name
    conditions = (
        list(node.args["on"].flatten()) if isinstance(node.args["on"], exp.And) else [node.args["on"]]
    )
    nearest = next(one for one in conditions if not isinstance(one, exp.EQ))
    left, right = nearest.this, nearest.args["expression"]
    wanted = next(column for column in (left, right) if column.table == name)
    is_last = isinstance(nearest, exp.GTE | exp.GT) == (wanted is right)
    inner = node.this.copy()
    rows = (
        exp.select("*")
        .from_(inner)
        .where(*(one.copy() for one in conditions))
        .order_by(exp.Ordered(this=wanted.copy(), desc=is_last, nulls_first=False))
        .limit(1)
    )
    lateral = exp.Lateral(this=exp.Subquery(this=rows), alias=exp.TableAlias(this=exp.to_identifier(name)))
    return exp.Join(this=lateral, side=node.side, kind=node.kind, on=exp.true())


def _unnest_beside(tree: exp.Expr) -> None:
    """Rows of a list stand beside the row of the list before anything is computed of them."""
    for select in list(tree.find_all(exp.Select)):
        lists = [
            node
            for projection in select.expressions
            for node in projection.find_all(exp.Explode, exp.Unnest)
            if node.find_ancestor(exp.Select) is select
        ]
        is_plain = all(isinstance(node.parent, exp.Alias) for node in lists)
        if not lists or (is_plain and len(lists) == 1):
            continue
        arrays = [(node.this or node.expressions[0]).copy() for node in lists]
        for number, node in enumerate(lists):
            value: exp.Expr = exp.column("value", "unnested")
            if len(lists) > 1:
                value = exp.Dot(this=value, expression=exp.to_identifier(str(number), quoted=True))
            node.replace(value)
        array = arrays[0] if len(arrays) == 1 else _call("arrays_zip", *arrays)
        select.append(
            "laterals",
            exp.Lateral(
                this=exp.Explode(this=array),
                view=True,
                alias=exp.TableAlias(
                    this=exp.to_identifier("unnested"), columns=[exp.to_identifier("value")]
                ),
            ),
        )


# --- aggregates


def _aggregates(node: exp.Expr) -> exp.Expr:
    if isinstance(node, exp.Anonymous) and node.name.lower() == "row":
        return _call("struct", *node.expressions)
    if isinstance(node, exp.Anonymous) and node.name.lower() in ("arg_max_null", "arg_min_null"):
        return _call(f"{node.name.lower()[4:7]}_by", *node.expressions)
    if isinstance(node, exp.ArgMax | exp.ArgMin):
        name = "max_by" if isinstance(node, exp.ArgMax) else "min_by"
        known = _sql("case when @x is not null then @y end", x=node.this, y=node.expression)
        return _call(name, node.this, known)
    if isinstance(node, exp.First | exp.Last) and isinstance(node.this, exp.Order):
        name = "min_by" if isinstance(node, exp.First) else "max_by"
        return _call(name, node.this.this, node.this.expressions[0].this)
    if isinstance(node, exp.IgnoreNulls) and isinstance(node.this, exp.AnyValue):
        return _call("any_value", node.this.this, exp.true())
    if isinstance(node, exp.Mode) and isinstance(node.this, exp.Order):
        ordered = node.this.expressions
        if node.this.this == ordered[0].this:
            return exp.WithinGroup(this=_call("mode"), expression=exp.Order(expressions=ordered))
    elif isinstance(node, exp.PercentileCont) and node.args.get("expression"):
        return _call("percentile", node.this, node.expression)
    elif isinstance(node, exp.PercentileDisc) and node.args.get("expression"):
        ordered = exp.Order(expressions=[exp.Ordered(this=node.this, nulls_first=False)])
        return exp.WithinGroup(this=_call("percentile_disc", node.expression), expression=ordered)
    elif isinstance(node, exp.Window) and isinstance(node.this, exp.Median) and node.args.get("order"):
        node.set("this", _call("collect_list", node.this.this))
        return _of_list("median", node)
    elif (name := _unknown_to_spark(node)) and not isinstance(node.parent, exp.Filter | exp.Window):
        function = node
        while not isinstance(function, exp.Anonymous):
            function = function.this
        function.set("this", "collect_list")
        return _of_list(name, node)
    elif isinstance(node, exp.Avg):
        node.set("this", exp.cast(node.this, "double"))
    return node


def _unknown_to_spark(node: exp.Expr) -> str:
    """The name of an aggregate that has to be made of a list, with its filter or window if it has one."""
    if isinstance(node, exp.Filter | exp.Window):
        return _unknown_to_spark(node.this)
    return (
        node.name.lower()
        if isinstance(node, exp.Anonymous) and node.name.lower() in ("entropy", "mad")
        else ""
    )


def _filtered(filtered: exp.Filter) -> exp.Expr:
    """Spark does not filter what it aggregates over a window; what is null is left out as well."""
    aggregate, condition = filtered.this, filtered.expression.this
    inner = aggregate.this if isinstance(aggregate, exp.IgnoreNulls) else aggregate
    key = "expression" if isinstance(inner, exp.ArgMax | exp.ArgMin) else "this"
    value = inner.args[key]
    if isinstance(value, exp.Star):
        value = exp.Literal.number(1)
    inner.set(key, _sql("case when @c then @x end", c=condition, x=value))
    return aggregate


def _lists(node: exp.Expr) -> exp.Expr:
    filter_ = node.expression if isinstance(node, exp.Filter) else None
    inner = node.this if isinstance(node, exp.Filter) else node
    if isinstance(node.parent, exp.Filter) and filter_ is None and node.arg_key == "this":
        return node  # with its filter
    if isinstance(inner, exp.ArrayAgg) and isinstance(inner.this, exp.Order):
        return _sorted_list(inner.this.this, inner.this.expressions, filter_)
    if isinstance(inner, exp.Max | exp.Min) and inner.args.get("count"):
        ordered = exp.Ordered(this=inner.this, desc=isinstance(inner, exp.Max), nulls_first=False)
        known = exp.Where(this=_sql("@x is not null", x=inner.this))
        if filter_ is not None:
            known = exp.Where(this=exp.and_(known.this, filter_.this))
        return _call("slice", _sorted_list(inner.this, [ordered], known), 1, inner.args["count"])
    if isinstance(node, exp.Length):  # `len`: the models ask it of lists only
        return _call("size", node.this)
    if isinstance(node, exp.Bracket) and len(node.expressions) == 1:
        index = node.expressions[0]
        if isinstance(index, exp.Slice):
            start = index.this or exp.Literal.number(1)
            end = index.args.get("expression") or _call("size", node.this)
            return _sql(_SLICE, l=node.this, a=start, b=end)
        if index.is_string:
            return exp.Dot(this=node.this.copy(), expression=exp.to_identifier(index.name))
        return _call("try_element_at", node.this, index)
    if isinstance(node, exp.GenerateSeries) and not node.args.get("is_end_exclusive"):
        step = node.args.get("step")
        rows = _call("sequence", *(one for one in (node.args["start"], node.args["end"], step) if one))
        return _sql("if(@a <= @b, @s, array())", a=node.args["start"], b=node.args["end"], s=rows)
    if isinstance(node, exp.Anonymous):
        return _list_function(node)
    return node


def _sorted_list(value: exp.Expr, ordered: Sequence[exp.Ordered], where: exp.Expr | None) -> exp.Expr:
    """A list in an order: Spark collects in any, and sorts then; of nothing there is no list."""
    keys = [one.this for one in ordered]
    struct = exp.Struct(
        expressions=[
            exp.PropertyEQ(this=exp.to_identifier(name), expression=one.copy())
            for name, one in [("v", value), *((f"k{number}", key) for number, key in enumerate(keys))]
        ]
    )
    rows: exp.Expr = _call("collect_list", struct)
    if where is not None:
        rows = exp.Filter(this=rows, expression=where.copy())
    compared = " ".join(
        f"when l.k{n} is null and r.k{n} is not null then 1 "
        f"when l.k{n} is not null and r.k{n} is null then -1 "
        f"when l.k{n} < r.k{n} then {1 if one.args.get('desc') else -1} "
        f"when l.k{n} > r.k{n} then {-1 if one.args.get('desc') else 1}"
        for n, one in enumerate(ordered)
    )
    return _once(f"transform(array_sort(@l, (l, r) -> case {compared} else 0 end), s -> s.v)", rows)


def _once(template: str, rows: exp.Expr) -> exp.Expr:
    """What the template makes of a list `@l` that stands in it several times; null of an empty one."""
    inner = template.replace("@l", "rows")
    return _sql(f"element_at(transform(array(@l), rows -> if(size(rows) = 0, null, {inner})), 1)", l=rows)


_SLICE = "slice(@l, @a, greatest(@b - @a + 1, 0))"
_MIDDLE = "(element_at({0}, int((size({0}) + 1) div 2)) + element_at({0}, int(size({0}) div 2 + 1))) / 2"
_MEDIAN = f"element_at(transform(array(sort_array(@l)), m -> {_MIDDLE.format('m')}), 1)"
_OF_LISTS = {
    "list_bool_or": "exists(@l, v -> v)",
    "list_sum": "aggregate(@l, cast(0 as double), (s, v) -> s + v)",
    "list_avg": "aggregate(@l, cast(0 as double), (s, v) -> s + v) / size(@l)",
    "list_median": _MEDIAN,
    "median": _MEDIAN,
    "mad": _MEDIAN.replace(
        "@l", "element_at(transform(array(@m), m -> transform(@l, v -> abs(v - m))), 1)"
    ).replace("@m", _MEDIAN),
    "entropy": "aggregate(transform(array_distinct(@l), d -> size(filter(@l, v -> v = d)) / size(@l)),"
    " cast(0 as double), (s, p) -> s - p * log2(p))",
}


def _list_function(node: exp.Anonymous) -> exp.Expr:
    name, arguments = node.name.lower(), node.expressions
    if name.startswith("list_") and name in _OF_LISTS:
        return _of_list(name, arguments[0])
    if name == "list_slice":
        return _sql(_SLICE, l=arguments[0], a=arguments[1], b=arguments[2])
    if name == "list_reduce":
        return _sql(
            "reduce(slice(@l, 2, size(@l)), try_element_at(@l, 1), @f)", l=arguments[0], f=arguments[1]
        )
    return node


def _of_list(name: str, rows: exp.Expr) -> exp.Expr:
    return _once(_OF_LISTS[name], _sql("filter(@l, v -> v is not null)", l=rows))


# --- times and texts


def _times(node: exp.Expr) -> exp.Expr:
    if isinstance(node, exp.Div):  # of doubles, also of decimals; what is divided by nothing is null
        return _sql("try_divide(cast(@a as double), @b)", a=node.left, b=node.right)
    if isinstance(node, exp.TimeToUnix):
        return _sql("(unix_micros(@x) / cast(1000000 as double))", x=node.this)
    if isinstance(node, exp.DateDiff) and node.unit and node.unit.name.lower() in _EPOCHS:
        name = _EPOCHS[node.unit.name.lower()]
        return exp.Paren(this=exp.Sub(this=_call(name, node.this), expression=_call(name, node.expression)))
    if isinstance(node, exp.ToDays):
        return _call("make_dt_interval", exp.cast(node.this, "int"))
    if isinstance(node, exp.Anonymous) and node.name.lower() in _SECONDS:
        seconds = _sql(_SECONDS[node.name.lower()], x=node.expressions[0])
        return _call("make_dt_interval", 0, 0, 0, exp.cast(seconds, "decimal(18, 6)"))
    return node


_EPOCHS = {"second": "unix_seconds", "millisecond": "unix_millis"}
_SECONDS = {"to_seconds": "@x", "to_milliseconds": "@x / 1000"}


def _texts(node: exp.Expr) -> exp.Expr:
    if isinstance(node, exp.Format):
        return _formatted(node.this, node.expressions)
    if type(node) is exp.Concat:  # leaves out what is null
        return _call("concat", *(_sql("coalesce(cast(@x as string), '')", x=one) for one in node.expressions))
    if isinstance(node, exp.DayOfWeekIso):
        return _sql("(weekday(@x) + 1)", x=node.this)
    if isinstance(node, exp.Anonymous) and node.name.lower() == "parse_filename":
        return _sql(r"regexp_extract(@x, '[^/\\\\]*$', 0)", x=node.expressions[0])
    return node


def _formatted(template: exp.Expr, values: Sequence[exp.Expr]) -> exp.Expr:
    """`{:.1f}` is `%.1f`; a null makes the text null. Of a choice of templates, each."""
    if isinstance(template, exp.Paren):
        return _formatted(template.this, values)
    if isinstance(template, exp.If):
        choice = (_formatted(template.args[key], values) for key in ("true", "false"))
        return exp.If(this=template.this.copy(), **dict(zip(("true", "false"), choice, strict=True)))
    if isinstance(template, exp.Case):
        copied = template.copy()
        for one in copied.args["ifs"]:
            one.set("true", _formatted(one.args["true"], values))
        if copied.args.get("default"):
            copied.set("default", _formatted(copied.args["default"], values))
        return copied
    text = _joined(template)
    pieces: list[exp.Expr] = []
    end = 0
    for found, value in zip(_PLACEHOLDER.finditer(text), values, strict=False):
        pieces += [exp.Literal.string(text[end : found.start()]), _in_words(value, found[1] or "")]
        end = found.end()
    return _call("concat", *pieces, exp.Literal.string(text[end:]))


def _in_words(value: exp.Expr, spec: str) -> exp.Expr:
    if not spec:
        return exp.cast(value.copy(), "string")
    if spec.endswith("f"):  # a half goes to the even neighbour
        digits = exp.Literal.number(int(spec[-2]))
        number = _sql("bround(cast(@x as double), @n)", x=value, n=digits)
    else:
        number = exp.cast(value.copy(), "bigint" if spec.endswith("d") else "double")
    return _sql(f"if(@x is null, null, format_string('%{spec}', @n))", x=value, n=number)


def _joined(template: exp.Expr) -> str:
    """A literal, or several one after the other."""
    if isinstance(template, exp.DPipe):
        return _joined(template.left) + _joined(template.right)
    if not template.is_string:
        raise UnsupportedError(f"a template that is not a literal: {template.sql()[:80]}")
    return template.name


# --- rows


def rows_for_spark(table: pa.Table) -> pa.Table:
    """The same rows with types that Spark has: times are in UTC, sums of whole numbers have 64 bits."""
    fields = []
    for field in table.schema:
        kind = field.type
        if pa.types.is_timestamp(kind):
            kind = pa.timestamp("us", "UTC")
        fields.append(pa.field(field.name, kind))
    wanted = pa.schema(fields)
    return table.cast(wanted).combine_chunks() if table.num_rows else wanted.empty_table()


def difference(got: pa.Table, expected: pa.Table, keys: Sequence[str]) -> str | None:
    """The first difference between two tables, whose rows are told by `keys`, or by all columns, if any."""
    if got.column_names != expected.column_names:
        return f"columns {got.column_names}, not {expected.column_names}"
    keys = keys or expected.column_names
    if got.num_rows != expected.num_rows:
        return f"{got.num_rows} rows, not {expected.num_rows}"
    ours, theirs = _in_order(got, keys), _in_order(expected, keys)
    for name in expected.column_names:
        for row, (one, other) in enumerate(zip(ours[name], theirs[name], strict=True)):
            if not _is_same(one, other):
                where = ", ".join(str(theirs[key][row]) for key in keys)
                return f"{name} of {where}: {one!r}, not {other!r}"
    return None


def _in_order(table: pa.Table, keys: Sequence[str]) -> Mapping[str, list[Any]]:
    columns = {name: [_plain(value) for value in table[name].to_pylist()] for name in table.column_names}
    order = sorted(range(table.num_rows), key=lambda row: [_sortable(columns[key][row]) for key in keys])
    return {name: [values[row] for row in order] for name, values in columns.items()}


def _sortable(value: Any) -> tuple[bool, str]:
    return value is None, f"{value:.9g}" if isinstance(value, float) else str(value)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, dt.datetime):
        return value.replace(tzinfo=None)
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value


def _is_same(one: Any, other: Any) -> bool:
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_is_same, one, other))
    if isinstance(one, float | int) and isinstance(other, float | int):
        return one == other or math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)
    return type(one) is type(other) and one == other
