"""`ecgnet serve`: ECGs answered for over HTTP, by the readers, limits and sentences of the app (docs/service.md).

serve: how it is started; app: its paths; guard: who may ask, and how often; body: what is sent, within limits; answering:
what is answered, without HTTP; batching: networks asked for several requests at once; schema: every value that goes in and
out, typed; openapi; metrics; connections: clients that do not send. Research use only, not a diagnosis."""
