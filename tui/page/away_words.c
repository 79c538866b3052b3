#include "page/away_words.h"

#include <stdio.h>

#include "widget/format.h"

void away_sentence(const struct pt_topics_section *topics, int64_t now_ms, char *out, size_t cap)
{
    out[0] = '\0';
    if (topics->source == PT_TOPICS_OF_AWS)
        snprintf(out, cap,
                 "Brokers out of reach; topics, rates and lag are from the AWS API, %s old",
                 show_since(topics->asked_ms, now_ms).s);
    else if (topics->is_aws_awaited)
        snprintf(out, cap, "Brokers out of reach; the AWS API is asked for the topics");
    else if (topics->aws_note[0] != '\0')
        snprintf(out, cap, "Brokers out of reach, and the AWS API tells no topics: %s",
                 topics->aws_note);
}
