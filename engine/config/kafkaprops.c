#include "config/kafkaprops.h"

#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct prop {
    char *name;
    char *target;  /* what it is an alias for, or NULL */
    char *allowed; /* "0 .. 900000", "none, gzip", or "" */
    bool is_producers;
};

enum { PROPS_MAX = 512 };
static struct prop props[PROPS_MAX];
static size_t n_props;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static const struct prop *find(const char *name)
{
    for (size_t i = 0; i < n_props; i++) {
        if (strcmp(props[i].name, name) == 0)
            return &props[i];
    }
    return NULL;
}

/* The next |-separated cell of a table's row, blanks cut; "" at its end. */
static char *cell(char **row)
{
    char *text = *row ? *row : NULL;
    if (text == NULL)
        return strdup("");
    char *end = strchr(text, '|');
    size_t len = end ? (size_t)(end - text) : strlen(text);
    *row = end ? end + 1 : NULL;
    while (len > 0 && *text == ' ') {
        text++;
        len--;
    }
    while (len > 0 && text[len - 1] == ' ')
        len--;
    return strndup(text, len);
}

/* "Alias for `message.timeout.ms`: …" → that name. */
static char *alias_target(const char *description)
{
    static const char start[] = "Alias for `";
    const char *p = description ? strstr(description, start) : NULL;
    if (p == NULL)
        return NULL;
    p += sizeof start - 1;
    return strndup(p, strcspn(p, "`"));
}

/* One row of librdkafka's table: name | C/P | range | default | importance | description. A name
 * that comes again as a topic property means the same to rd_kafka_conf_set: the first one counts.
 */
static void take_row(char *row)
{
    if (strchr(row, '|') == NULL || n_props == PROPS_MAX)
        return;
    char *name = cell(&row);
    if (name == NULL || strcspn(name, "-P") == 0 || find(name) != NULL) {
        free(name);
        return;
    }
    struct prop *prop = &props[n_props];
    prop->name = name;
    char *who = cell(&row);
    prop->is_producers = who && strcmp(who, "P") == 0;
    free(who);
    prop->allowed = cell(&row);
    free(cell(&row));
    free(cell(&row));
    prop->target = alias_target(row);
    n_props++;
}

/* The documentation's table is the one place where librdkafka tells its aliases and all names,
 * also those without a default (rd_kafka_conf_dump leaves these out). */
static void load_props(void)
{
    char *text = NULL, *line, *rest;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    if (out == NULL)
        return;
    rd_kafka_conf_properties_show(out);
    if (fclose(out) == 0) {
        for (rest = text; (line = strsep(&rest, "\n")) != NULL;)
            take_row(line);
    }
    free(text);
}

const char *kafkaprops_canonical(const char *name)
{
    pthread_once(&once, load_props);
    const struct prop *prop = find(name);
    return prop && prop->target ? prop->target : name;
}

bool kafkaprops_is_producers(const char *name)
{
    pthread_once(&once, load_props);
    const struct prop *prop = find(name);
    return prop && prop->is_producers;
}

void kafkaprops_nearest(struct nearest *nearest)
{
    pthread_once(&once, load_props);
    for (size_t i = 0; i < n_props; i++)
        nearest_offer(nearest, props[i].name);
}

/* Whether librdkafka took only the beginning of the value: it keeps a number, and behind the
 * number that the value begins with stands something else. */
static bool is_half_read(rd_kafka_conf_t *scratch, const char *name, const char *value)
{
    char kept[64], *end;
    size_t size = sizeof kept;
    strtoll(value, &end, 0);
    if (end == value || *end == 0 ||
        rd_kafka_conf_get(scratch, name, kept, &size) != RD_KAFKA_CONF_OK)
        return false;
    size_t sign = kept[0] == '-';
    return kept[sign] != 0 && kept[sign + strspn(kept + sign, "0123456789")] == 0;
}

enum kafkaprops_verdict kafkaprops_try(rd_kafka_conf_t *scratch, const char *name,
                                       const char *value, char *why, size_t why_cap, char *allowed,
                                       size_t allowed_cap)
{
    pthread_once(&once, load_props);
    const struct prop *prop = find(name);
    why[0] = allowed[0] = 0;
    /* Setting this one would load the plugin, and run code of it, only to look. */
    if (prop && strcmp(name, "plugin.library.paths") == 0)
        return KAFKAPROPS_OK;
    switch (rd_kafka_conf_set(scratch, name, value, why, why_cap)) {
    case RD_KAFKA_CONF_OK:
        if (!is_half_read(scratch, name, value))
            return KAFKAPROPS_OK;
        if (prop && prop->allowed)
            snprintf(allowed, allowed_cap, "%s", prop->allowed);
        return KAFKAPROPS_HALF_READ;
    case RD_KAFKA_CONF_UNKNOWN:
        return KAFKAPROPS_UNKNOWN;
    default:
        break;
    }
    why[strcspn(why, "\r\n")] = 0;
    if (prop && prop->allowed)
        snprintf(allowed, allowed_cap, "%s", prop->allowed);
    return KAFKAPROPS_REFUSED;
}
