/*
 * json_value.h -- figures as JSON values, and a result as an object of them.
 *
 * All functions give a new reference, which value_put and value_append take
 * over.  Where memory is lacking they give NULL, and these then do nothing, as
 * the library does.
 */
#ifndef DRIVER_REPORT_JSON_VALUE_H
#define DRIVER_REPORT_JSON_VALUE_H

#include <jansson.h>
#include <stdint.h>

#include "driver/measure/result.h"

void value_put(json_t *object, const char *key, json_t *value);
void value_append(json_t *array, json_t *value);

/* Text; bytes that are not UTF-8 become '?'. */
json_t *value_text(const char *text);

/* A count; above 2^63 - 1, which JSON libraries lack, a real number. */
json_t *value_count(uint64_t count);

/* A number; null where it is infinite or none. */
json_t *value_real(double number);

/* The number where measured is not 0, else null. */
json_t *value_real_if(int measured, double number);
json_t *value_count_if(int measured, uint64_t count);

/* Everything about one result. */
json_t *value_result(const struct trace_facts *trace,
                     const struct subject_facts *subject,
                     const struct result *result);

/* What was found wrong; what is known of a death. */
json_t *value_fault(const struct fault *fault);
json_t *value_post_mortem(const struct post_mortem *death);

#endif
