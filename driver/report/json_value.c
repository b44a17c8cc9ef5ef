/*
 * json_value.c -- figures as JSON values.
 */
#include "driver/report/json_value.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void value_put(json_t *object, const char *key, json_t *value)
{
    json_object_set_new_nocheck(object, key, value);
}

void value_append(json_t *array, json_t *value)
{
    json_array_append_new(array, value);
}

json_t *value_text(const char *text)
{
    json_t *value = json_string(text);
    if (value != NULL) {
        return value;
    }
    char *ascii = strdup(text);
    if (ascii == NULL) {
        return NULL;
    }
    for (char *c = ascii; *c != '\0'; c++) {
        *c = (unsigned char)*c < 0x80 ? *c : '?';
    }
    value = json_string(ascii);
    free(ascii);
    return value;
}

json_t *value_count(uint64_t count)
{
    return count <= INT64_MAX ? json_integer((json_int_t)count)
                              : json_real((double)count);
}

json_t *value_real(double number)
{
    return isfinite(number) ? json_real(number) : json_null();
}

json_t *value_real_if(int measured, double number)
{
    return measured ? value_real(number) : json_null();
}

json_t *value_count_if(int measured, uint64_t count)
{
    return measured ? value_count(count) : json_null();
}
