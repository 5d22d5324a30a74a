using HybridReplica.Core;

namespace HybridReplica.Cli.Inspect;

/// <summary>JSON as it grows: it knows which arrays and objects are open, and where a comma is due.</summary>
/// <remarks>
/// It writes straight into the output and remembers nothing of the values, so that an array may be as long as it likes.
/// </remarks>
sealed class JsonNest(OutputBuffer output)
{
    const int Deepest = 16;

    readonly byte[] _closers = new byte[Deepest];
    readonly bool[] _hasItems = new bool[Deepest + 1];
    readonly JsonText _text = new(output);

    /// <summary>How many arrays and objects are open.</summary>
    public int Depth { get; private set; }

    /// <summary>Forgets what was written.</summary>
    public void Forget()
    {
        Depth = 0;
        _hasItems[0] = false;
    }

    /// <summary>Begins the next item of what is open.</summary>
    public void Item()
    {
        if (_hasItems[Depth])
            output.Add((byte)',');
        _hasItems[Depth] = true;
    }

    /// <summary>Begins the next member of the object that is open.</summary>
    /// <param name="name">Its name, of which nothing has to be escaped.</param>
    public void Name(ReadOnlySpan<byte> name)
    {
        Item();
        output.Add((byte)'"');
        output.Add(name);
        output.Add("\":"u8);
    }

    /// <summary>Opens an array as the item, or the value of the member, that was begun.</summary>
    public void OpenArray() => Open((byte)'[', (byte)']');

    /// <summary>Opens an object as the item, or the value of the member, that was begun.</summary>
    public void OpenObject() => Open((byte)'{', (byte)'}');

    /// <summary>Closes what is open until only so many are.</summary>
    public void CloseTo(int depth)
    {
        while (Depth > depth)
            output.Add(_closers[--Depth]);
    }

    /// <summary>Writes a text, or the next part of it, as the item or the value that was begun.</summary>
    public void Text(RdbEvent found) => _text.Add(found);

    /// <summary>Writes a text as the item, or the value, that was begun.</summary>
    public void Text(ReadOnlySpan<byte> bytes) => _text.Add(bytes);

    /// <summary>Writes a number as the item, or the value, that was begun.</summary>
    public void Number(long number) => output.AddNumber(number);

    /// <summary>Writes a number that is not signed.</summary>
    public void Number(ulong number) => output.AddUnsigned(number);

    /// <summary>Writes a number with a fraction. What JSON has no number for is a string.</summary>
    public void Number(double number)
    {
        if (double.IsFinite(number))
        {
            output.AddScore(number);
            return;
        }

        output.Add((byte)'"');
        output.AddScore(number);
        output.Add((byte)'"');
    }

    /// <summary>Writes the id of an entry of a stream.</summary>
    public void Id(StreamId id)
    {
        output.Add((byte)'"');
        output.AddId(id);
        output.Add((byte)'"');
    }

    /// <summary>Writes that there is none.</summary>
    public void Null() => output.Add("null"u8);

    void Open(byte opener, byte closer)
    {
        output.Add(opener);
        _closers[Depth++] = closer;
        _hasItems[Depth] = false;
    }
}
