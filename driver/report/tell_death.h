/*
 * tell_death.h -- a post-mortem as a paragraph that can be acted on.
 */
#ifndef DRIVER_REPORT_TELL_DEATH_H
#define DRIVER_REPORT_TELL_DEATH_H

#include "driver/report/tell_fault.h"

/* "SIGSEGV": the name of a signal; of an unusual one "signal N". */
struct figure signal_name(int number);

/* Everything that is known of result->post_mortem, if it exists. */
void tell_death(FILE *out, const struct report_style *style,
                const struct failure *failure);

#endif
