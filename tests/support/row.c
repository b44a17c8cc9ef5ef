/*
 * row.c -- takes, gives and tells blocks.
 */
#include "tests/support/row.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

void row_open(struct row *row, const char *name)
{
    struct variant variant = variant_named(name);
    row->policy = variant.policy;
    ck_assert_int_eq(heap_init(&row->heap, NULL), 0);
    ck_assert_int_eq(row->policy->init(&row->heap, variant.values), 0);
}

void row_close(struct row *row)
{
    heap_destroy(&row->heap);
}

void *row_take(struct row *row, size_t bytes)
{
    void *payload = row->policy->malloc(&row->heap, bytes - 8);
    ck_assert_ptr_nonnull(payload);
    return memset(payload, 0x5a, bytes - 8);
}

void row_take_all(struct row *row, unsigned char **payloads,
                  const size_t *bytes)
{
    for (size_t i = 0; bytes[i] != 0; i++) {
        payloads[i] = row_take(row, bytes[i]);
    }
}

void row_give(struct row *row, void *payload)
{
    row->policy->free(&row->heap, payload);
}

void row_take_with_holes(struct row *row, struct block **blocks,
                         const size_t *bytes, size_t n)
{
    struct policy_fault fault;
    for (size_t i = 0; i < n; i++) {
        blocks[i] = block_of(row_take(row, bytes[i]));
    }
    for (size_t i = 1; i < n; i += 2) {
        row_give(row, block_payload(blocks[i]));
    }
    ck_assert_int_eq(row->policy->check(&row->heap, &fault), 0);
}

static int tell(void *context, const struct block_info *block)
{
    char *text = context;
    if (block->kind != BLOCK_METADATA) {
        size_t used = strlen(text);
        snprintf(text + used, 200 - used, "%s%c%zu", used != 0 ? " " : "",
                 block->kind == BLOCK_USED ? 'u' : 'f', block->bytes);
    }
    return 0;
}

void row_expect(struct row *row, const char *blocks)
{
    char found[200] = "";
    struct policy_fault fault = {0};
    ck_assert_msg(row->policy->check(&row->heap, &fault) == 0, "%s: %s",
                  fault.rule, fault.detail);
    row->policy->walk(&row->heap, tell, found);
    ck_assert_str_eq(found, blocks);
}

void row_expect_fault(struct row *row, const char *rule, const void *address)
{
    struct policy_fault fault = {0};
    ck_assert_int_eq(row->policy->check(&row->heap, &fault), -1);
    ck_assert_str_eq(fault.rule, rule);
    ck_assert_ptr_eq(fault.address, address);
    ck_assert_str_ne(fault.detail, "");
}
