/*
 * buddy.c -- binary, Fibonacci and double buddies.
 *
 * One mechanism, three series of sizes (block/buddy.h):
 *
 *   buddy            16 32 64 128 256 ...          halves
 *   buddy-fibonacci  16 32 48 80 128 208 ...       F(k-1) below, F(k-2) above
 *   buddy-double     32 48 64 96 128 192 256 ...   halves of 2^k or of 3*2^k
 *
 *   | root 664 | word, payload      | word, payload | free ...   | 8 | break
 *                '--- 64 bytes ---'   '---- 32 ---'   '-- 32 --'
 *
 * A block's word costs 8 bytes, so that a request of 2^k bytes needs a block of
 * twice its size in the binary system.  malloc and free split and merge at most
 * once for each order: O(log heap).
 *
 * realloc takes a block's right buddies while they are free, and gives halves
 * back when shrunk.
 *
 * Worst cases: all requests one byte over a size of the series; and live blocks
 * of which each keeps a free buddy from merging, when everything else has gone.
 * In the double system blocks of one series are of no use to the other: `area`
 * is the amount of memory that a series takes at a time.
 */
#include "allocator/block/buddy.h"
#include "allocator/policies/plain.h"
#include "allocator/policies/tagged.h"

static void *take(struct heap *heap, size_t bytes)
{
    struct block *block = buddy_take(heap, bytes + BLOCK_HEADER);
    return block != NULL ? block_payload(block) : NULL;
}

static void give(struct heap *heap, void *own)
{
    buddy_give(heap, block_of(own));
}

static size_t room(struct heap *heap, const void *own)
{
    return buddy_bytes(heap, block_of(own)) - BLOCK_HEADER;
}

static bool resize(struct heap *heap, void *own, size_t bytes)
{
    return buddy_resize(heap, block_of(own), bytes + BLOCK_HEADER);
}

static const struct plain_store store = {take, give, room, resize};

PLAIN_HOOKS(buddy, store)

static int buddy_binary_init(struct heap *heap, const uint64_t *values)
{
    (void)values;
    return buddy_init(heap, BUDDY_BINARY, 0);
}

static int buddy_fibonacci_init(struct heap *heap, const uint64_t *values)
{
    (void)values;
    return buddy_init(heap, BUDDY_FIBONACCI, 0);
}

static int buddy_double_init(struct heap *heap, const uint64_t *values)
{
    return buddy_init(heap, BUDDY_DOUBLE, values[0]);
}

static int check_payloads(struct heap *heap, struct policy_fault *fault)
{
    struct block *block = buddy_first(heap), *end = buddy_end(heap);
    while (block < end) {
        size_t bytes = buddy_bytes(heap, block);
        if (block->header & BUDDY_IN_USE &&
            plain_check(block_payload(block), bytes - BLOCK_HEADER, fault) !=
                0) {
            return -1;
        }
        block = block_above_by(block, bytes);
    }
    return 0;
}

static int check(struct heap *heap, struct policy_fault *fault)
{
    struct block_fault found;
    return buddy_check(heap, &found) != 0 ? tagged_report(&found, fault)
                                          : check_payloads(heap, fault);
}

static int visit_piece(policy_visit_fn *visit, void *context,
                       const void *address, size_t bytes)
{
    struct block_info info = {
        .kind = BLOCK_METADATA, .address = address, .bytes = bytes};
    return visit(context, &info);
}

static int walk(struct heap *heap, policy_visit_fn *visit, void *context)
{
    struct block *block = buddy_first(heap), *end = buddy_end(heap);
    int status =
        visit_piece(visit, context, heap->base, sizeof(struct buddy_root));
    while (status == 0 && block < end) {
        size_t bytes = buddy_bytes(heap, block);
        bool used = (block->header & BUDDY_IN_USE) != 0;
        struct block_info info =
            plain_info(block_payload(block), bytes, bytes - BLOCK_HEADER,
                       used ? BLOCK_USED : BLOCK_FREE);
        status = visit(context, &info);
        block = block_above_by(block, bytes);
    }
    return status != 0 ? status
                       : visit_piece(visit, context, end, BLOCK_HEADER);
}

static const struct policy_option double_options[] = {
    {.name = "area",
     .summary = "bytes that a series takes at a time",
     .least = 64,
     .most = 1 << 20,
     .initial = 1024},
    {0},
};

#define POLICY(symbol, policy_name, policy_init, policy_options,               \
               policy_summary)                                                 \
    const struct policy symbol = {                                             \
        .name = policy_name,                                                   \
        .summary = policy_summary,                                             \
        .options = policy_options,                                             \
        .init = policy_init,                                                   \
        .malloc = buddy_malloc,                                                \
        .free = buddy_free,                                                    \
        .realloc = buddy_realloc,                                              \
        .memalign = buddy_memalign,                                            \
        .usable_size = buddy_usable_size,                                      \
        .check = check,                                                        \
        .walk = walk,                                                          \
    }

POLICY(buddy_policy, "buddy", buddy_binary_init, NULL,
       "binary buddies: powers of two that split and merge in halves");
POLICY(buddy_fibonacci_policy, "buddy-fibonacci", buddy_fibonacci_init, NULL,
       "Fibonacci buddies: sizes that split into the two before them");
POLICY(buddy_double_policy, "buddy-double", buddy_double_init, double_options,
       "double buddies: two binary systems, of 2^k and 3*2^k bytes");
