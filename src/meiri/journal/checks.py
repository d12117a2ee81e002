"""Every model says what readers see of it: `meiri check`, and with it `make lint`, fails where one does not."""

from django.core.checks import Error, register

from meiri.journal.public_models import Public, declared_models


@register("journal")
def every_model_declares(app_configs, **options) -> list[Error]:
    return [
        Error(
            f"{model._meta.label} does not say what readers see of it.",
            hint="Give it `public = Public(...)` or `public = NotPublic(why)`; see meiri.journal.public_models.",
            obj=model,
            id="journal.E001",
        )
        for model, declared in declared_models()
        if declared is None
    ]


@register("journal")
def what_is_declared_exists(app_configs, **options) -> list[Error]:
    faults = []
    for model, declared in declared_models():
        if isinstance(declared, Public):
            known = {field.name for field in model._meta.get_fields()}
            shown_while = (declared.shown_while[0],) if declared.shown_while else ()
            named = {*declared.fields, *declared.relations, *declared.parts, *shown_while}
            faults += [
                Error(
                    f"{model._meta.label} declares {name}, which it does not have.",
                    obj=model,
                    id="journal.E002",
                )
                for name in sorted(named - known)
            ]
    return faults
