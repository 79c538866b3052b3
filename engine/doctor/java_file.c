#include "doctor/java_file.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "aws/client.h"
#include "base/file.h"
#include "base/mask.h"
#include "base/utf8.h"
#include "base/wipe.h"
#include "config/guess.h"
#include "config/jaas.h"
#include "config/properties.h"

#define MSK_CLASS "software.amazon.msk.auth.iam."
#define CLIENT_HANDLER MSK_CLASS "IAMClientCallbackHandler"
#define TOKEN_HANDLER MSK_CLASS "IAMOAuthBearerLoginCallbackHandler"
#define IAM_MODULE MSK_CLASS "IAMLoginModule"
#define TOKEN_MODULE "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule"

enum { JAVA_TEXT_MAX = 2 * PROPERTIES_FILE_MAX, KEPT_MAX = 99 };

static const char *const java_names[JAVA_KEYS] = {
    [JAVA_PROTOCOL] = "security.protocol",
    [JAVA_MECHANISM] = "sasl.mechanism",
    [JAVA_JAAS] = "sasl.jaas.config",
    [JAVA_CLIENT_HANDLER] = "sasl.client.callback.handler.class",
    [JAVA_LOGIN_HANDLER] = "sasl.login.callback.handler.class",
    [JAVA_SERVERS] = "bootstrap.servers"};

/* ------------------------------------------------------------------ reading */

static pt_code java_take(void *arg, const char *key, const char *value, int line,
                         struct pt_error *err)
{
    struct java_file *file = arg;
    (void)line;
    mask_learn(key, value);
    for (int i = 0; i < JAVA_KEYS; i++) {
        if (strcmp(java_names[i], key) != 0)
            continue;
        wipe_text(file->values[i]);
        file->values[i] = strdup(value);
        return file->values[i] != NULL ? PT_OK
                                       : pt_error_set(err, PT_ENOMEM, NULL, "file: out of memory");
    }
    properties_write(&file->others, key, value);
    return PT_OK;
}

pt_code java_file_read(const char *path, struct java_file *file, struct pt_error *err)
{
    memset(file, 0, sizeof *file);
    buf_init_secret(&file->others, JAVA_TEXT_MAX);
    pt_code code = file_read(path, PROPERTIES_FILE_MAX, &file->text, &file->len, err);
    if (code == PT_OK)
        code = guess_refuse(path, file->text, file->len, err);
    if (code == PT_OK)
        code = properties_parse(file->text, file->len, path, java_take, file, err);
    return code;
}

void java_file_done(struct java_file *file)
{
    wipe_bytes(file->text, file->len);
    for (int i = 0; i < JAVA_KEYS; i++)
        wipe_text(file->values[i]);
    buf_done(&file->others);
    memset(file, 0, sizeof *file);
}

/* ------------------------------------------------------------------ showing */

/* An odd number of backslashes at its end has a line go on. */
static bool java_goes_on(const char *line, size_t len)
{
    size_t n = 0;
    while (n < len && line[len - 1 - n] == '\\')
        n++;
    return n % 2 == 1;
}

/* The bytes of a property with all lines that it goes on in. */
static size_t java_property_len(const char *text)
{
    size_t len = 0;
    for (;;) {
        size_t line = strcspn(text + len, "\r\n");
        bool is_more = java_goes_on(text + len, line) && text[len + line] != '\0';
        len += line;
        if (!is_more)
            return len;
        len += text[len] == '\r' && text[len + 1] == '\n' ? 2 : 1;
    }
}

static pt_code java_show_property(void *arg, const char *key, const char *value, int line,
                                  struct pt_error *err)
{
    (void)line;
    (void)err;
    properties_write(arg, key, value);
    return PT_OK;
}

void java_file_lines(const struct java_file *file, struct buf *out)
{
    const char *text = file->text != NULL ? file->text : "";
    while (*text != '\0') {
        size_t blanks = strspn(text, " \t\f"), len = strcspn(text, "\r\n");
        if (len == blanks || text[blanks] == '#' || text[blanks] == '!') {
            buf_append(out, text, len);
            buf_puts(out, "\n");
        } else {
            len = java_property_len(text);
            properties_parse(text, len, "file", java_show_property, out, NULL);
        }
        text += len;
        text += *text == '\r' && text[1] == '\n' ? 2 : *text != '\0';
    }
}

/* ------------------------------------------------------------------ comparing */

static void java_say(struct buf *list, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void java_say(struct buf *list, const char *fmt, ...)
{
    char text[1200];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    buf_printf(list, "%s%s", list->len > 0 ? "; " : "", text);
}

static const char *java_value(const struct java_file *file, enum java_key key)
{
    return file->values[key] != NULL ? file->values[key] : "";
}

static void judge_arn(const char *arn, const struct java_wanted *wanted, struct buf *wrong,
                      struct buf *doubts)
{
    const char *name = strrchr(arn, '/'), *account = strstr(arn, ":iam::");
    size_t len = strlen(wanted->account);
    bool is_name = name != NULL && strcmp(name + 1, wanted->role_name) == 0;
    bool is_account =
        len == 0 || (account != NULL && strncmp(account + 6, wanted->account, len) == 0);
    if (wanted->role_arn[0] != '\0' && strcmp(arn, wanted->role_arn) == 0)
        return;
    if (wanted->role_arn[0] != '\0' && is_name && is_account)
        java_say(wrong, "its awsRoleArn is %s, but with its path the role's ARN is %s", arn,
                 wanted->role_arn);
    else if (wanted->role_arn[0] != '\0')
        java_say(wrong, "its awsRoleArn is %s, and the role is %s", arn, wanted->role_arn);
    else if (!is_name || !is_account)
        java_say(wrong, "its awsRoleArn is %s, and the role is %s%s%s", arn, wanted->role_name,
                 len > 0 ? " of account " : "", wanted->account);
    else
        java_say(doubts, "its awsRoleArn is %s; whether that is the role's whole ARN is not known",
                 arn);
}

static void judge_jaas(const struct java_file *file, bool is_token,
                       const struct java_wanted *wanted, struct buf *wrong, struct buf *doubts)
{
    const char *module = is_token ? TOKEN_MODULE : IAM_MODULE;
    struct jaas jaas;
    struct pt_error err;
    if (file->values[JAVA_JAAS] == NULL) {
        java_say(wrong, "it has no sasl.jaas.config, so it names no role");
        return;
    }
    if (jaas_parse(file->values[JAVA_JAAS], &jaas, &err) != PT_OK) {
        java_say(wrong, "%s", err.what);
        jaas_done(&jaas);
        return;
    }
    const char *arn = jaas_get(&jaas, "awsRoleArn"), *sts = jaas_get(&jaas, "awsStsRegion");
    if (strcmp(jaas.module, module) != 0)
        java_say(wrong, "its login module is %.200s, and %s needs %s", jaas.module,
                 java_value(file, JAVA_MECHANISM), module);
    if (jaas.java_refuses != NULL)
        java_say(wrong, "Java's client refuses its sasl.jaas.config: %s", jaas.java_refuses);
    if (arn == NULL)
        java_say(wrong, "its sasl.jaas.config has no awsRoleArn, so it names no role");
    else
        judge_arn(arn, wanted, wrong, doubts);
    if (sts != NULL && !aws_is_region(sts))
        java_say(wrong, "its awsStsRegion is %.100s, which is not the name of a region", sts);
    else if (sts != NULL && wanted->region[0] != '\0' && strcmp(sts, wanted->region) != 0)
        java_say(doubts, "its awsStsRegion is %s, and the cluster is in %s", sts, wanted->region);
    jaas_done(&jaas);
}

/* What listens at a port of MSK. */
static const struct {
    const char *port, *what;
} JAVA_PORTS[] = {
    {"9092", "plaintext without a login"},
    {"9094", "TLS without IAM"          },
    {"9096", "SCRAM"                    },
    {"9194", "TLS without IAM"          },
    {"9196", "SCRAM"                    },
    {"2181", "ZooKeeper"                },
    {"2182", "ZooKeeper"                },
};

static void judge_server(const char *server, struct buf *wrong, struct buf *doubts)
{
    const char *colon = strrchr(server, ':');
    if (colon == NULL || strchr(colon, ']') != NULL) {
        java_say(wrong, "its server %s has no port, and IAM needs port 9098", server);
        return;
    }
    for (size_t i = 0; i < sizeof JAVA_PORTS / sizeof *JAVA_PORTS; i++)
        if (strcmp(JAVA_PORTS[i].port, colon + 1) == 0) {
            java_say(wrong,
                     "port %s of %.*s is for %s; IAM uses port 9098, or 9198 with public access",
                     colon + 1, (int)(colon - server), server, JAVA_PORTS[i].what);
            return;
        }
    if (strcmp(colon + 1, "9098") != 0 && strcmp(colon + 1, "9198") != 0)
        java_say(doubts,
                 "port %.10s of %.*s is none of MSK's ports for IAM (9098, 9198), unless it is "
                 "forwarded to one of them",
                 colon + 1, (int)(colon - server), server);
}

static void judge_servers(const char *servers, const struct java_wanted *wanted, struct buf *wrong,
                          struct buf *doubts)
{
    char region[AWS_REGION_MAX];
    if (strcmp(servers, wanted->servers) == 0)
        return; /* AWS says so */
    if (aws_region_of_broker(servers, region, sizeof region) && wanted->region[0] != '\0' &&
        strcmp(region, wanted->region) != 0)
        java_say(wrong, "its servers are in %s, and the cluster is in %s", region, wanted->region);
    while (*(servers += strspn(servers, ", ")) != '\0') {
        char server[300];
        size_t len = strcspn(servers, ", ");
        snprintf(server, sizeof server, "%.*s", (int)(len < 299 ? len : 299), servers);
        judge_server(server, wrong, doubts);
        servers += len;
    }
}

/* The handler of a form: without it Java's client cannot log in. */
static void judge_handler(const struct java_file *file, enum java_key key, const char *needed,
                          struct buf *list)
{
    const char *value = java_value(file, key);
    if (value[0] == '\0')
        java_say(list, "it has no %s, and Java's client needs %s there", java_names[key], needed);
    else if (strcmp(value, needed) != 0)
        java_say(list, "its %s is %.200s, and Java's client needs %s there", java_names[key], value,
                 needed);
}

void java_file_judge(const struct java_file *file, const struct java_wanted *wanted,
                     struct buf *wrong, struct buf *doubts)
{
    const char *protocol = java_value(file, JAVA_PROTOCOL);
    const char *mechanism = java_value(file, JAVA_MECHANISM);
    bool is_token = strcmp(mechanism, "OAUTHBEARER") == 0;
    if (strcmp(protocol, "SASL_SSL") != 0)
        java_say(wrong, "its security.protocol is %.60s, and IAM needs SASL_SSL",
                 protocol[0] != '\0' ? protocol : "not set");
    if (is_token)
        judge_handler(file, JAVA_LOGIN_HANDLER, TOKEN_HANDLER, wrong);
    else if (strcmp(mechanism, "AWS_MSK_IAM") != 0)
        java_say(wrong, "its sasl.mechanism is %.60s, and IAM needs AWS_MSK_IAM",
                 mechanism[0] != '\0' ? mechanism : "not set");
    else
        judge_handler(file, JAVA_CLIENT_HANDLER, CLIENT_HANDLER, doubts);
    judge_jaas(file, is_token, wanted, wrong, doubts);
    if (file->values[JAVA_SERVERS] != NULL)
        judge_servers(file->values[JAVA_SERVERS], wanted, wrong, doubts);
}

/* ------------------------------------------------------------------ writing */

static void put_option(struct buf *jaas, const char *name, const char *value)
{
    buf_printf(jaas, " %s=\"", name);
    for (; *value != '\0'; value++) {
        if ((unsigned char)*value < 0x20)
            buf_printf(jaas, "\\%03o", (unsigned)(unsigned char)*value);
        else
            buf_printf(jaas, "%s%c", *value == '"' || *value == '\\' ? "\\" : "", *value);
    }
    buf_puts(jaas, "\"");
}

/* STS has one address for all regions of the partition aws, and none elsewhere. Without need the
 * region is left out: aws-msk-iam-auth 2.1.0 fails with it. */
static bool needs_sts_region(const struct java_wanted *wanted)
{
    return wanted->region[0] != '\0' && strcmp(aws_partition(wanted->region), "aws") != 0;
}

/* An option of the old login module that is kept. */
static bool is_option_kept(const char *name, const char *value, bool has_sts)
{
    if (strncmp(name, "aws", 3) != 0 || strcasecmp(name, "awsRoleArn") == 0)
        return false;
    return strcasecmp(name, "awsStsRegion") != 0 || (!has_sts && aws_is_region(value));
}

/* The login module with the role, and what the old one had beside it. */
static void make_jaas(const struct java_file *old, const struct java_wanted *wanted,
                      const char *module, bool is_with_options, struct buf *jaas)
{
    struct jaas was;
    bool has_sts = needs_sts_region(wanted);
    bool has_old = old != NULL && old->values[JAVA_JAAS] != NULL;
    bool is_read = has_old && jaas_parse(old->values[JAVA_JAAS], &was, NULL) == PT_OK;
    buf_printf(jaas, "%s required", module);
    put_option(jaas, "awsRoleArn", wanted->role_arn);
    if (has_sts)
        put_option(jaas, "awsStsRegion", wanted->region);
    for (size_t i = 0; is_read && is_with_options && i < was.n; i++)
        if (is_option_kept(was.options[i].name, was.options[i].value, has_sts))
            put_option(jaas, was.options[i].name, was.options[i].value);
    buf_puts(jaas, ";");
    if (has_old)
        jaas_done(&was);
}

static void put_java_form(struct buf *text, const char *sign, const char *mechanism,
                          const char *jaas, const char *handler)
{
    bool is_token = strcmp(handler, TOKEN_HANDLER) == 0;
    const char *values[][2] = {
        {java_names[JAVA_PROTOCOL],       "SASL_SSL"               },
        {java_names[JAVA_MECHANISM],      mechanism                },
        {java_names[JAVA_JAAS],           jaas                     },
        {java_names[JAVA_LOGIN_HANDLER],  is_token ? handler : NULL},
        {java_names[JAVA_CLIENT_HANDLER], handler                  }
    };
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        if (values[i][1] != NULL) {
            buf_puts(text, sign);
            properties_write(text, values[i][0], values[i][1]);
        }
}

/* Java reads the bytes of such a file as Latin-1, so that everything else is escaped. */
static void escape_for_java(struct buf *out, const char *text, size_t len)
{
    const char *end = text + len;
    while (text < end) {
        unsigned rune = 0;
        size_t n = utf8_next(text, end, &rune);
        if (n < 2)
            buf_append(out, text, n = 1);
        else if (rune > 0xffff)
            buf_printf(out, "\\u%04x\\u%04x", 0xd800 + ((rune - 0x10000) >> 10),
                       0xdc00 + ((rune - 0x10000) & 0x3ff));
        else
            buf_printf(out, "\\u%04x", rune);
        text += n;
    }
}

static void make_lines(const struct java_file *old, const struct java_wanted *wanted,
                       const char *iam, const char *token, struct buf *text)
{
    const char *own = old != NULL ? java_value(old, JAVA_SERVERS) : "";
    const char *servers = wanted->servers[0] != '\0' ? wanted->servers : own;
    buf_puts(text, "# For Kafka's clients in Java, with aws-msk-iam-auth on the CLASSPATH.\n"
                   "# pintop reads this file as it is: pintop -F client.properties\n");
    if (servers[0] != '\0')
        properties_write(text, java_names[JAVA_SERVERS], servers);
    put_java_form(text, "", "AWS_MSK_IAM", iam, CLIENT_HANDLER);
    buf_puts(text, "\n# The same by OAUTHBEARER, with aws-msk-iam-auth 2.0 or later:\n");
    put_java_form(text, "#", "OAUTHBEARER", token, TOKEN_HANDLER);
    if (old != NULL && old->others.len > 0)
        buf_printf(text, "\n# From the file that was here before:\n%s", old->others.data);
}

pt_code java_file_make(const struct java_file *old, const struct java_wanted *wanted,
                       struct buf *text, struct pt_error *err)
{
    struct buf iam, token, plain;
    if (wanted->role_arn[0] == '\0' || strpbrk(wanted->role_arn, "\"\\") != NULL)
        return pt_error_set(err, PT_EDATA, "Look at iam.role first",
                            "client.properties: the role's ARN is not known");
    buf_init_secret(&iam, PROPERTIES_LINE_MAX);
    buf_init_secret(&token, PROPERTIES_LINE_MAX);
    buf_init_secret(&plain, JAVA_TEXT_MAX);
    make_jaas(old, wanted, IAM_MODULE, true, &iam);
    make_jaas(old, wanted, TOKEN_MODULE, false, &token);
    bool is_over = iam.is_over || token.is_over || (old != NULL && old->others.is_over);
    if (!is_over) {
        make_lines(old, wanted, iam.data, token.data, &plain);
        escape_for_java(text, plain.data, plain.len);
    }
    is_over = is_over || plain.is_over || text->is_over;
    buf_done(&iam);
    buf_done(&token);
    buf_done(&plain);
    return is_over ? pt_error_set(err, PT_EFULL, "Shorten the old file",
                                  "client.properties: it would be too large")
                   : PT_OK;
}

/* A file of that text, or a path where there is none. */
static pt_code find_kept_beside(const char *path, const struct java_file *old, char *kept,
                                size_t cap, bool *is_there, struct pt_error *err)
{
    for (int i = 1; i <= KEPT_MAX; i++) {
        char more[16] = "", *text = NULL;
        size_t len = 0;
        if (i > 1)
            snprintf(more, sizeof more, ".%d", i);
        snprintf(kept, cap, "%s.old%s", path, more);
        pt_code code = file_read(kept, PROPERTIES_FILE_MAX, &text, &len, NULL);
        *is_there = code == PT_OK && len == old->len && memcmp(text, old->text, len) == 0;
        wipe_bytes(text, len);
        if (*is_there || code == PT_ENOTFOUND)
            return PT_OK;
    }
    return pt_error_set(err, PT_EIO, "Remove old ones",
                        "%s: there are already %d old files beside it", path, KEPT_MAX);
}

pt_code java_file_write(const char *path, const struct java_file *old, const struct buf *text,
                        char *kept, size_t cap, struct pt_error *err)
{
    bool is_there = false;
    pt_code code = PT_OK;
    kept[0] = '\0';
    if (old != NULL && old->len == text->len && memcmp(old->text, text->data, text->len) == 0)
        return PT_OK;
    if (old != NULL)
        code = find_kept_beside(path, old, kept, cap, &is_there, err);
    if (code == PT_OK && old != NULL && !is_there)
        code = file_replace(kept, old->text, old->len, 0600, err);
    if (code == PT_OK)
        code = file_replace(path, text->data, text->len, 0600, err);
    return code;
}
