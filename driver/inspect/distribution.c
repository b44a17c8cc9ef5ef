/*
 * distribution.c -- many whole numbers: quantiles and what is frequent.
 */
#include "driver/inspect/distribution.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int distribution_open(struct distribution *numbers, size_t room)
{
    numbers->n = 0;
    numbers->values = malloc((room + 1) * sizeof *numbers->values);
    return numbers->values != NULL ? 0 : -1;
}

void distribution_close(struct distribution *numbers)
{
    free(numbers->values);
    numbers->values = NULL;
}

void distribution_add(struct distribution *numbers, uint64_t value)
{
    numbers->values[numbers->n++] = value;
}

static int compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

void distribution_sort(struct distribution *numbers)
{
    qsort(numbers->values, numbers->n, sizeof *numbers->values, compare);
}

uint64_t distribution_quantile(const struct distribution *numbers, double share)
{
    if (numbers->n == 0) {
        return 0;
    }
    size_t rank = (size_t)ceil(share * (double)numbers->n);
    rank = rank < 1 ? 1 : rank;
    return numbers->values[rank < numbers->n ? rank - 1 : numbers->n - 1];
}

/* Puts a value among the most frequent ones, where it is one. */
static void insert(struct frequent *most, size_t *n, size_t room,
                   struct frequent value)
{
    size_t at = *n;
    while (at > 0 && most[at - 1].count < value.count) {
        at--;
    }
    if (at == room) {
        return;
    }
    *n += *n < room;
    memmove(&most[at + 1], &most[at], (*n - at - 1) * sizeof *most);
    most[at] = value;
}

size_t distribution_frequent(const struct distribution *numbers,
                             struct frequent *most, size_t room)
{
    size_t kept = 0;
    size_t different = 0;
    for (size_t i = 0; i < numbers->n;) {
        struct frequent value = {numbers->values[i], 0};
        while (i < numbers->n && numbers->values[i] == value.value) {
            value.count++;
            i++;
        }
        insert(most, &kept, room, value);
        different++;
    }
    return different;
}
