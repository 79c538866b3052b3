#include "base/nearest.h"

#include <stdbool.h>
#include <string.h>

#include "pintop/config.h"

enum { NAME_CAP = 80 };

static unsigned nearest_least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

static char nearest_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c == '_' || c == '-' ? '.' : c;
}

/* The number of insertions, deletions, replacements and swaps of neighbours that turn a into b;
 * case and the kind of separator do not count. */
static unsigned nearest_distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
    unsigned rows[3][NAME_CAP + 1];
    unsigned *before = rows[0], *last = rows[1], *row = rows[2];
    for (size_t j = 0; j <= b_len; j++)
        last[j] = (unsigned)j;
    for (size_t i = 1; i <= a_len; i++) {
        row[0] = (unsigned)i;
        for (size_t j = 1; j <= b_len; j++) {
            bool is_same = nearest_lower(a[i - 1]) == nearest_lower(b[j - 1]);
            row[j] = nearest_least(last[j - 1] + !is_same, nearest_least(last[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && nearest_lower(a[i - 1]) == nearest_lower(b[j - 2]) &&
                nearest_lower(a[i - 2]) == nearest_lower(b[j - 1]))
                row[j] = nearest_least(row[j], before[j - 2] + 1);
        }
        unsigned *spare = before;
        before = last;
        last = row;
        row = spare;
    }
    return last[b_len];
}

/* b ends with a's last two parts: "pintop.dirty.pct" means "pintop.stream.dirty.pct". */
static bool has_same_end(const char *a, const char *b)
{
    const char *first = strchr(a, '.');
    if (first == NULL || strchr(first + 1, '.') == NULL)
        return false;
    size_t end_len = strlen(first), b_len = strlen(b);
    return b_len > end_len && strcmp(b + b_len - end_len, first) == 0;
}

/* b continues where a ends: "linger" means "linger.ms", "sasl.user" "sasl.username". */
static bool has_same_start(const char *a, size_t a_len, const char *b)
{
    return a_len >= 5 && strncmp(a, b, a_len) == 0;
}

void nearest_init(struct nearest *nearest, const char *name)
{
    size_t len = strlen(name);
    /* A third of the letters may differ; more makes another word. The prefix that all our names
     * share does not count, because it distinguishes nothing. */
    size_t prefix = strncmp(name, "pintop.", 7) == 0 || strncmp(name, "PINTOP_", 7) == 0 ? 7 : 0;
    *nearest = (struct nearest){.name = name, .cost = (unsigned)((len - prefix) / 3 + 1)};
}

void nearest_offer(struct nearest *nearest, const char *known)
{
    size_t name_len = strlen(nearest->name), known_len = strlen(known);
    if (name_len > NAME_CAP || known_len > NAME_CAP)
        return;
    unsigned cost = nearest_distance(nearest->name, name_len, known, known_len);
    if (has_same_end(nearest->name, known) || has_same_start(nearest->name, name_len, known))
        cost = nearest_least(cost, 1);
    if (cost < nearest->cost) {
        nearest->cost = cost;
        nearest->best = known;
    }
}

const char *pt_nearest(const char *typed, const char *const *known, size_t n)
{
    struct nearest nearest;
    nearest_init(&nearest, typed);
    for (size_t i = 0; i < n; i++)
        nearest_offer(&nearest, known[i]);
    return nearest.best;
}
