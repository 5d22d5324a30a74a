using System.Buffers.Text;
using System.Globalization;
using HybridReplica.Core;

namespace HybridReplica.Cli.Inspect;

/// <summary>Writes numbers and ids as servers and their clients do.</summary>
static class ValueOutput
{
    const int LongestNumber = 20;

    // Seventeen digits, a sign, a point and an exponent.
    const int LongestScore = 32;

    // Whole numbers up to here are written the same either way.
    const double LargestWhole = 1e15;

    /// <summary>
    /// Adds a score in as few digits as tell it from every other: <c>inf</c>, <c>-inf</c> and <c>nan</c> are those that
    /// have no digits.
    /// </summary>
    public static void AddScore(this OutputBuffer output, double score) =>
        output.Advance(Format(score, output.GetSpan(LongestScore)));

    /// <summary>Adds the id of an entry of a stream.</summary>
    public static void AddId(this OutputBuffer output, StreamId id) =>
        output.Advance(Format(id, output.GetSpan(LongestNumber * 2 + 1)));

    /// <summary>Adds a number that is not signed.</summary>
    public static void AddUnsigned(this OutputBuffer output, ulong number)
    {
        _ = Utf8Formatter.TryFormat(number, output.GetSpan(LongestNumber), out var written);
        output.Advance(written);
    }

    /// <summary>Adds a text, or the next part of it, as a word of a command.</summary>
    public static void AddText(this OutputBuffer output, RdbEvent found)
    {
        if (found.IsNumber)
        {
            output.AddNumberWord(found.Number);
            return;
        }

        if (found.IsFirst)
            output.AddWordHead(found.Total);
        output.AddLarge(found.Text);
        if (found.IsLast)
            output.Add("\r\n"u8);
    }

    /// <summary>Adds a score as a word of a command.</summary>
    public static void AddScoreWord(this OutputBuffer output, double score)
    {
        Span<byte> room = stackalloc byte[LongestScore];
        output.AddWord(room[..Format(score, room)]);
    }

    /// <summary>Adds the id of an entry of a stream as a word of a command.</summary>
    public static void AddIdWord(this OutputBuffer output, StreamId id)
    {
        Span<byte> room = stackalloc byte[LongestNumber * 2 + 1];
        output.AddWord(room[..Format(id, room)]);
    }

    static int Format(double score, Span<byte> room)
    {
        int written;
        if (double.IsNaN(score))
            return Copy("nan"u8, room);
        if (double.IsInfinity(score))
            return Copy(score > 0 ? "inf"u8 : "-inf"u8, room);
        // Most scores are whole numbers, which are much faster to write.
        if (score is >= -LargestWhole and <= LargestWhole && (long)score == score && !IsNegativeZero(score))
            _ = ((long)score).TryFormat(room, out written, provider: null);
        else
            _ = score.TryFormat(room, out written, provider: CultureInfo.InvariantCulture);
        return written;
    }

    static int Format(StreamId id, Span<byte> room)
    {
        _ = Utf8Formatter.TryFormat(id.Milliseconds, room, out var first);
        room[first] = (byte)'-';
        _ = Utf8Formatter.TryFormat(id.Sequence, room[(first + 1)..], out var second);
        return first + 1 + second;
    }

    static int Copy(ReadOnlySpan<byte> word, Span<byte> room)
    {
        word.CopyTo(room);
        return word.Length;
    }

    static bool IsNegativeZero(double score) => score == 0 && double.IsNegative(score);
}
