#include "config/kafkaprops.h"

#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct prop {
    char *name;
    char *target;  /* the property that it is an alias for, or NULL */
    char *allowed; /* "0 .. 900000", "none, gzip", or "" */
    bool is_producers;
};

enum { PROPS_MAX = 512 };
static struct prop props[PROPS_MAX];
static size_t n_props;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static const struct prop *kafkaprops_find(const char *name)
{
    for (size_t i = 0; i < n_props; i++) {
        if (strcmp(props[i].name, name) == 0)
            return &props[i];
    }
    return NULL;
}

/* Returns the next |-separated cell of a table's row, without blanks; "" at its end. */
static char *kafkaprops_cell(char **row)
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

/* Returns that name of "Alias for `message.timeout.ms`: …". */
static char *alias_target(const char *description)
{
    static const char start[] = "Alias for `";
    const char *p = description ? strstr(description, start) : NULL;
    if (p == NULL)
        return NULL;
    p += sizeof start - 1;
    return strndup(p, strcspn(p, "`"));
}

/* Takes one row of librdkafka's table: name | C/P | range | default | importance | description.
 * A name that occurs again as a topic property means the same to rd_kafka_conf_set: the first
 * one counts. */
static void take_row(char *row)
{
    if (strchr(row, '|') == NULL || n_props == PROPS_MAX)
        return;
    char *name = kafkaprops_cell(&row);
    if (name == NULL || strcspn(name, "-P") == 0 || kafkaprops_find(name) != NULL) {
        free(name);
        return;
    }
    struct prop *prop = &props[n_props];
    prop->name = name;
    char *who = kafkaprops_cell(&row);
    prop->is_producers = who && strcmp(who, "P") == 0;
    free(who);
    prop->allowed = kafkaprops_cell(&row);
    free(kafkaprops_cell(&row));
    free(kafkaprops_cell(&row));
    prop->target = alias_target(row);
    n_props++;
}

/* The documentation's table is the only place where librdkafka lists its aliases and all names,
 * including those without a default (which rd_kafka_conf_dump omits). */
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
    const struct prop *prop = kafkaprops_find(name);
    return prop && prop->target ? prop->target : name;
}

bool kafkaprops_is_producers(const char *name)
{
    pthread_once(&once, load_props);
    const struct prop *prop = kafkaprops_find(name);
    return prop && prop->is_producers;
}

void kafkaprops_nearest(struct nearest *nearest)
{
    pthread_once(&once, load_props);
    for (size_t i = 0; i < n_props; i++)
        nearest_offer(nearest, props[i].name);
}

/* Returns whether librdkafka used only the beginning of the value: it stored a number, and the
 * value continues after the number that it begins with. */
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
    const struct prop *prop = kafkaprops_find(name);
    why[0] = allowed[0] = 0;
    /* Setting this one would load the plugin and run its code, just for the check. */
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
