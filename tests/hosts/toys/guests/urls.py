from django.urls import path

from tests.hosts.toys.guests.shop import thanks

urlpatterns = [path("thanks/<str:email>/<str:key>/", thanks)]
