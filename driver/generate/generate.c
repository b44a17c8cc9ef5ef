/*
 * generate.c -- parameters checked, a family run, its operations taken.
 */
#include "driver/generate/generate.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "driver/trace/build.h"
#include "driver/trace/lines.h"

/* ---- parameters -------------------------------------------------------- */

struct generate_params generate_defaults(const struct trace_family *family)
{
    struct generate_params params = {
        .family = family, .ops = family->ops, .seed = 1};
    for (int i = 0; i < FAMILY_PARAMS; i++) {
        params.values[i] = family->params[i].normal;
    }
    return params;
}

/* What a parameter is; NULL where there is none of that name. */
static const struct family_param *find_param(const struct trace_family *family,
                                             const char *name)
{
    static const struct family_param ops = {
        "ops", "about how many operations", UNIT_COUNT, 0, 1, GENERATE_MAX_OPS};
    static const struct family_param seed = {
        "seed", "of the random numbers", UNIT_COUNT, 1, 0, UINT64_MAX};
    if (strcmp(name, ops.name) == 0) {
        return &ops;
    }
    if (family->seeded && strcmp(name, seed.name) == 0) {
        return &seed;
    }
    for (int i = 0; i < FAMILY_PARAMS && family->params[i].name; i++) {
        if (strcmp(name, family->params[i].name) == 0) {
            return &family->params[i];
        }
    }
    return NULL;
}

int generate_unit(const struct trace_family *family, const char *name,
                  enum family_unit *unit)
{
    const struct family_param *param = find_param(family, name);
    if (param == NULL) {
        return -1;
    }
    *unit = param->unit;
    return 0;
}

/* Where the value of a parameter is kept. */
static uint64_t *place_of(struct generate_params *params,
                          const struct family_param *param)
{
    const struct family_param *first = params->family->params;
    if (param >= first && param < first + FAMILY_PARAMS) {
        return &params->values[param - first];
    }
    return strcmp(param->name, "ops") == 0 ? &params->ops : &params->seed;
}

int generate_set(struct generate_params *params, const char *name,
                 uint64_t number, struct generate_error *error)
{
    const struct family_param *param = find_param(params->family, name);
    if (param == NULL) {
        return generate_fail(error,
                             "expected a parameter of %s, got \"%.100s\"",
                             params->family->name, name);
    }
    if (number < param->least || number > param->most) {
        return generate_fail(
            error, "--%s: expected %" PRIu64 " to %" PRIu64 ", got %" PRIu64,
            name, param->least, param->most, number);
    }
    *place_of(params, param) = number;
    return 0;
}

/* Where a family has a smallest and a largest size, they are its first two. */
static int check_sizes(const struct generate_params *params,
                       struct generate_error *error)
{
    const struct family_param *param = params->family->params;
    bool two = param[0].name != NULL && param[1].name != NULL &&
               strcmp(param[0].name, "small") == 0 &&
               strcmp(param[1].name, "large") == 0;
    if (!two || params->values[0] <= params->values[1]) {
        return 0;
    }
    return generate_fail(
        error, "expected --small up to --large, got %" PRIu64 " and %" PRIu64,
        params->values[0], params->values[1]);
}

static int check_params(const struct generate_params *params,
                        struct generate_error *error)
{
    const struct family_text *text = &params->family->text;
    if (text->name != NULL && params->text == NULL) {
        return generate_fail(error, "expected --%s %s for %s, got none",
                             text->name, text->value, params->family->name);
    }
    if (params->family->fitted && params->from == NULL) {
        return generate_fail(error, "expected --from TRACE for %s, got none",
                             params->family->name);
    }
    return check_sizes(params, error);
}

/* ---- running ----------------------------------------------------------- */

/* Returns 0, or -1 with *error filled. */
static int run(const struct generate_params *params, struct emitter *emitter,
               struct generate_error *error)
{
    struct generator generator;
    int result = generator_open(&generator, params, emitter, error);
    if (result == 0) {
        do {
            generator_step(&generator);
        } while (!generator_is_done(&generator));
    }
    generator_close(&generator);
    if (result == 0 && emitter->failed != 0) {
        return generate_fail(error,
                             "expected the operations to be taken, got "
                             "\"%s\"",
                             strerror(emitter->failed));
    }
    return result;
}

/* ---- into memory ------------------------------------------------------- */

static void put_into_builder(void *context, struct op op)
{
    build_append(context, op);
}

int generate_trace(const struct generate_params *params, struct trace *trace,
                   struct generate_error *error)
{
    struct trace_builder builder = {0};
    struct emitter emitter = {.put = put_into_builder, .context = &builder};
    if (check_params(params, error) != 0) {
        return -1;
    }
    if (run(params, &emitter, error) != 0) {
        build_discard(&builder);
        return -1;
    }
    return build_finish(&builder, params->family->name, trace) == 0
               ? 0
               : generate_fail(error, "expected memory, got \"%s\"",
                               strerror(errno));
}

/* ---- into a file ------------------------------------------------------- */

struct writing {
    struct emitter emitter;
    struct lines lines;
};

static void put_into_lines(void *context, struct op op)
{
    struct writing *writing = context;
    lines_op(&writing->lines, op, op.id);
    writing->emitter.failed = writing->lines.failed;
}

/* Both runs emit the same. */
static int write_lines(const struct generate_params *params,
                       struct writing *writing, const struct emitter *counted,
                       struct generate_error *error)
{
    const struct lines_header header = {
        .dialect = DIALECT_CLASSIC,
        .weight = 1,
        .n_ids = counted->n_ids,
        .n_ops = counted->n_ops,
        .peak_payload_bytes = counted->peak.payload,
        .peak_headed_bytes = counted->peak.headed,
    };
    writing->emitter =
        (struct emitter){.put = put_into_lines, .context = writing};
    lines_header(&writing->lines, &header);
    int result = run(params, &writing->emitter, error);
    lines_flush(&writing->lines);
    return writing->lines.failed != 0 ? 0 : result; /* told at the end */
}

static int write_file(const struct generate_params *params, const char *path,
                      const struct emitter *counted, struct writing *writing,
                      struct generate_error *error)
{
    struct sink sink;
    struct trace_error problem;
    if (sink_open(&sink, path, &problem) == 0) {
        lines_begin(&writing->lines, &sink);
        int result = write_lines(params, writing, counted, error);
        int failed = result != 0 ? ECANCELED : writing->lines.failed;
        int closed = sink_close(&sink, path, failed, &problem);
        if (result != 0 || closed == 0) {
            return result;
        }
    }
    return generate_fail(error, "%s: %s",
                         strcmp(path, "-") == 0 ? "standard output" : path,
                         problem.message);
}

int generate_file(const struct generate_params *params, const char *path,
                  struct generate_error *error)
{
    struct emitter counted = {.put = NULL};
    if (check_params(params, error) != 0 || run(params, &counted, error) != 0) {
        return -1;
    }
    struct writing *writing = malloc(sizeof *writing);
    if (writing == NULL) {
        return generate_fail_memory(error, 0);
    }
    int result = write_file(params, path, &counted, writing, error);
    free(writing);
    return result;
}
