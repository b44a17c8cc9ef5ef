/*
 * distribution.h -- many whole numbers: quantiles and what is frequent.
 */
#ifndef DRIVER_INSPECT_DISTRIBUTION_H
#define DRIVER_INSPECT_DISTRIBUTION_H

#include <stddef.h>
#include <stdint.h>

struct distribution {
    uint64_t *values;
    size_t n;
};

/* Room for that many values.  Returns 0, or -1 with errno ENOMEM. */
int distribution_open(struct distribution *numbers, size_t room);
void distribution_close(struct distribution *numbers);

/* There is room. */
void distribution_add(struct distribution *numbers, uint64_t value);

/* Before anything below is asked. */
void distribution_sort(struct distribution *numbers);

/*
 * The least value that the share (above 0, up to 1) of all do not exceed; 0
 * where there is none.
 */
uint64_t distribution_quantile(const struct distribution *numbers,
                               double share);

struct frequent {
    uint64_t value;
    size_t count;
};

/*
 * Stores up to room values by descending count, then ascending value.
 * Returns how many different values there are in all.
 */
size_t distribution_frequent(const struct distribution *numbers,
                             struct frequent *most, size_t room);

#endif
