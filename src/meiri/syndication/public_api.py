"""What holds for the whole public API: any page may read it, and whatever goes wrong is told in a Chinese sentence."""

from itertools import chain
from typing import Any

from django.http import Http404, JsonResponse
from ninja import NinjaAPI
from ninja.errors import ValidationError
from ninja.renderers import JSONRenderer

from meiri.api_problem import Problem
from meiri.search.index import Unavailable

UNREADABLE = {
    "description": "A parameter is missing or can't be read.",
    "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{Problem.__name__}"}}},
}
UNKNOWN_ADDRESS = "没有这个接口，请对照 /api/v1/docs 检查地址。"


class ChineseJSON(JSONRenderer):
    """Chinese as it is written, not as escapes of twice the size."""

    json_dumps_params = {"ensure_ascii": False}


class PublicAPI(NinjaAPI):
    def __init__(self, **options):
        super().__init__(renderer=ChineseJSON(), **options)
        self.add_exception_handler(ValidationError, self.unreadable)
        self.add_exception_handler(Http404, self.not_found)
        self.add_exception_handler(Unavailable, self.without_index)

    def get_openapi_schema(self, **options):
        """Of each operation that takes parameters, that they may be unreadable."""
        schema = super().get_openapi_schema(**options)
        for operation in chain.from_iterable(methods.values() for methods in schema["paths"].values()):
            if operation.get("parameters"):
                operation["responses"].setdefault(422, UNREADABLE)
        return schema

    def create_response(self, request, data: Any, **options):
        response = super().create_response(request, data, **options)
        if request.method == "GET":
            response["Access-Control-Allow-Origin"] = "*"
        return response

    def unreadable(self, request, error: ValidationError):
        names = dict.fromkeys(str(e["loc"][-1]) for e in error.errors)
        sentence = f"参数 {'、'.join(names)} 缺失或有误，请对照 /api/v1/docs 检查。"
        return self.create_response(request, {"detail": sentence}, status=422)

    def not_found(self, request, error: Http404):
        return self.create_response(request, {"detail": UNKNOWN_ADDRESS}, status=404)

    def without_index(self, request, error: Unavailable):
        return self.create_response(request, {"detail": "检索正在重建，请稍后再试。"}, status=503)


def unknown_address(request):
    return JsonResponse(
        {"detail": UNKNOWN_ADDRESS},
        status=404,
        headers={"Access-Control-Allow-Origin": "*"},
        json_dumps_params={"ensure_ascii": False},
    )
