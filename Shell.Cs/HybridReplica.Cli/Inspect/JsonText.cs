using System.Buffers.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace HybridReplica.Cli.Inspect;

/// <summary>
/// Texts as JSON: a string where it is UTF-8, and an object with the key <c>base64</c> where it is not, or where it
/// comes in parts, of which the last may be anything.
/// </summary>
/// <remarks>
/// Every control character is escaped, and every one that turns the direction of writing, so that none acts where the
/// lines are shown.
/// </remarks>
sealed class JsonText(OutputBuffer output)
{
    // Three bytes make four letters; what is left over waits for the next part.
    const int Group = 3;

    // More than a character can become.
    const int Chunk = 1024;

    readonly byte[] _left = new byte[Group];
    int _leftCount;

    /// <summary>Adds a text, or the next part of it.</summary>
    public void Add(RdbEvent found)
    {
        if (found.IsNumber)
        {
            output.Add((byte)'"');
            output.AddNumber(found.Number);
            output.Add((byte)'"');
        }
        else if (found.IsFirst && found.IsLast)
        {
            Add(found.Text);
        }
        else
        {
            AddPart(found);
        }
    }

    /// <summary>Adds a whole text.</summary>
    public void Add(ReadOnlySpan<byte> text)
    {
        var odd = text.IndexOfAnyExcept(PlainBytes.InQuotes);
        if (odd < 0)
        {
            output.Add((byte)'"');
            output.Add(text);
            output.Add((byte)'"');
        }
        else if (Utf8.IsValid(text[odd..]))
        {
            output.Add((byte)'"');
            output.Add(text[..odd]);
            AddEscaped(text[odd..]);
            output.Add((byte)'"');
        }
        else
        {
            output.Add("{\"base64\":\""u8);
            AddBase64(text, isLast: true);
            output.Add("\"}"u8);
        }
    }

    void AddPart(RdbEvent found)
    {
        if (found.IsFirst)
        {
            _leftCount = 0;
            output.Add("{\"base64\":\""u8);
        }

        var part = found.Text;
        while (_leftCount > 0 && _leftCount < Group && !part.IsEmpty)
        {
            _left[_leftCount++] = part[0];
            part = part[1..];
        }

        if (_leftCount == Group)
        {
            AddBase64(_left, isLast: false);
            _leftCount = 0;
        }

        if (found.IsLast)
        {
            AddBase64(_left.AsSpan(0, _leftCount), isLast: true);
            AddBase64(part, isLast: true);
            output.Add("\"}"u8);
            return;
        }

        var whole = part.Length - part.Length % Group;
        AddBase64(part[..whole], isLast: false);
        foreach (var value in part[whole..])
            _left[_leftCount++] = value;
    }

    void AddBase64(ReadOnlySpan<byte> bytes, bool isLast)
    {
        var room = output.GetSpan(Base64.GetMaxEncodedToUtf8Length(bytes.Length));
        Base64.EncodeToUtf8(bytes, room, out _, out var written, isLast);
        output.Advance(written);
    }

    // What turns the direction of writing would let a line show what it does not say.
    void AddEscaped(ReadOnlySpan<byte> text)
    {
        var turn = Turning.IndexIn(text);
        for (; turn >= 0; turn = Turning.IndexIn(text))
        {
            AddEncoded(text[..turn]);
            output.Add(Turning.Escape(text[turn..]));
            text = text[(turn + Turning.Length)..];
        }

        AddEncoded(text);
    }

    // The lines are read by programs and people, never put into a page.
    void AddEncoded(ReadOnlySpan<byte> text)
    {
        while (!text.IsEmpty)
        {
            var room = output.GetSpan(Chunk);
            JavaScriptEncoder.UnsafeRelaxedJsonEscaping.EncodeUtf8(text, room, out var used, out var written);
            output.Advance(written);
            text = text[used..];
            // What was compressed may be large, and six times as large when it is escaped.
            output.Offer?.Invoke();
        }
    }
}
