// What the receivers use of .NET and Mono's library lacks, so that they can be compiled and run with it here.

namespace System.Text.Json
{
    using System.Collections.Generic;

    public enum JsonValueKind { Null, Object, String, Number }

    public struct JsonElement
    {
        internal Dictionary<string, JsonElement> Fields;
        internal string Text;

        public JsonValueKind ValueKind { get; internal set; }

        public bool TryGetProperty(string name, out JsonElement value)
        {
            return Fields.TryGetValue(name, out value);
        }

        public override string ToString()
        {
            return Text ?? "";
        }
    }

    // Objects, texts and numbers: all that callbacks are made of.
    public sealed class JsonDocument
    {
        readonly string json;
        int at;

        JsonDocument(string json)
        {
            this.json = json;
        }

        public JsonElement RootElement { get; private set; }

        public static JsonDocument Parse(string json)
        {
            var document = new JsonDocument(json);
            document.RootElement = document.Element();
            if (document.at != json.Length) throw new FormatException("more follows the value");
            return document;
        }

        JsonElement Element()
        {
            if (json[at] == '"') return new JsonElement { ValueKind = JsonValueKind.String, Text = String() };
            if (json[at] == '{') return new JsonElement { ValueKind = JsonValueKind.Object, Fields = Object() };
            var start = at;
            while (at < json.Length && ",}".IndexOf(json[at]) < 0) at++;
            var text = json.Substring(start, at - start);
            return new JsonElement { ValueKind = text == "null" ? JsonValueKind.Null : JsonValueKind.Number, Text = text };
        }

        Dictionary<string, JsonElement> Object()
        {
            var fields = new Dictionary<string, JsonElement>();
            for (at++; json[at] != '}';)
            {
                var name = String();
                at++;
                fields.Add(name, Element());
                if (json[at] == ',') at++;
            }
            at++;
            return fields;
        }

        string String()
        {
            var text = new StringBuilder();
            for (at++; json[at] != '"'; at++)
            {
                if (json[at] != '\\')
                {
                    text.Append(json[at]);
                    continue;
                }
                at++;
                var known = "nrtbf".IndexOf(json[at]);
                if (json[at] == 'u')
                {
                    text.Append((char)Convert.ToInt32(json.Substring(at + 1, 4), 16));
                    at += 4;
                }
                else
                {
                    text.Append(known < 0 ? json[at] : "\n\r\t\b\f"[known]);
                }
            }
            at++;
            return text.ToString();
        }
    }
}
