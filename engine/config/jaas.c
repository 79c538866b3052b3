#include "config/jaas.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static char *skip_blanks(char *at)
{
    while (isspace((unsigned char)*at))
        at++;
    return at;
}

static pt_code malformed(const char *why, struct pt_error *err)
{
    return pt_error_set(err, PT_ECONFIG, "Write MODULE required name=\"value\" …;",
                        "sasl.jaas.config: %s", why);
}

/* A word up to a blank, = or ;, ended in place; *end out: the character that ended it. */
static char *take_word(char **at, char *end)
{
    char *word = *at, *p = word;
    while (*p != '\0' && !isspace((unsigned char)*p) && *p != '=' && *p != ';')
        p++;
    *end = *p;
    if (*p != '\0')
        *p++ = '\0';
    *at = p;
    return word;
}

/* A value behind =; quotes undone in place. NULL: a quote is not closed. */
static char *take_value(char **at, char *end)
{
    char *in = skip_blanks(*at), *value = in, *out = in;
    if (*in != '"') {
        *at = in;
        return take_word(at, end);
    }
    for (in++; *in != '"'; in++) {
        if (*in == '\\' && in[1] != '\0')
            in++;
        if (*in == '\0')
            return NULL;
        *out++ = *in;
    }
    *out = '\0';
    *at = in + 1;
    *end = ' ';
    return value;
}

static pt_code take_option(struct jaas *jaas, char **at, char *end, struct pt_error *err)
{
    char *name = take_word(at, end);
    if (isspace((unsigned char)*end)) {
        *at = skip_blanks(*at);
        *end = **at;
        if (*end == '=')
            (*at)++;
    }
    if (*end != '=' || *name == '\0')
        return malformed("an option without =", err);
    char *value = take_value(at, end);
    if (value == NULL)
        return malformed("a quote that is not closed", err);
    if (jaas->n == JAAS_OPTIONS_MAX)
        return malformed("over 32 options", err);
    jaas->options[jaas->n].name = name;
    jaas->options[jaas->n++].value = value;
    return PT_OK;
}

pt_code jaas_parse(const char *text, struct jaas *jaas, struct pt_error *err)
{
    char end;
    memset(jaas, 0, sizeof *jaas);
    jaas->text = strdup(text);
    if (jaas->text == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "sasl.jaas.config: no memory");
    jaas->len = strlen(text);
    char *at = skip_blanks(jaas->text);
    jaas->module = take_word(&at, &end);
    at = skip_blanks(at);
    jaas->flag = end == ';' || end == '\0' ? "" : take_word(&at, &end);
    if (*jaas->module == '\0' || end == '=')
        return malformed("no login module is named", err);
    while (end != ';') {
        at = skip_blanks(at);
        if (*at == '\0' || *at == ';')
            break;
        pt_code code = take_option(jaas, &at, &end, err);
        if (code != PT_OK)
            return code;
    }
    return PT_OK;
}

void jaas_done(struct jaas *jaas)
{
    if (jaas->text != NULL)
        explicit_bzero(jaas->text, jaas->len);
    free(jaas->text);
    memset(jaas, 0, sizeof *jaas);
}

const char *jaas_get(const struct jaas *jaas, const char *name)
{
    for (size_t i = 0; i < jaas->n; i++)
        if (strcasecmp(jaas->options[i].name, name) == 0 && *jaas->options[i].value != '\0')
            return jaas->options[i].value;
    return NULL;
}
