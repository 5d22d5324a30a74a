using System.Buffers;

namespace HybridReplica.Cli;

/// <summary>Bytes on their way to the output, which can be taken back as long as they are here.</summary>
sealed class OutputBuffer : IBufferWriter<byte>
{
    const int Least = 64 << 10;

    // What is larger is given back once it is empty: one entry may need it, and none of those that follow.
    const int MostKept = 4 << 20;

    byte[] _bytes = new byte[Least];

    /// <summary>Called by those who add much at a time: what is here may be handed on.</summary>
    public Action? Offer { get; set; }

    /// <summary>How many there are.</summary>
    public int Length { get; private set; }

    /// <summary>The bytes. They are borrowed until more are added.</summary>
    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, Length);

    public void Advance(int count) => Length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsMemory(Length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsSpan(Length);
    }

    /// <summary>Adds bytes at the end.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(_bytes.AsSpan(Length));
        Length += bytes.Length;
    }

    /// <summary>Adds bytes at the end that may be many, and offers them on the way.</summary>
    public void AddLarge(ReadOnlySpan<byte> bytes)
    {
        const int piece = 1 << 20;
        for (; bytes.Length > piece; bytes = bytes[piece..])
        {
            Add(bytes[..piece]);
            Offer?.Invoke();
        }

        Add(bytes);
    }

    /// <summary>Adds one byte at the end.</summary>
    public void Add(byte value)
    {
        Reserve(1);
        _bytes[Length++] = value;
    }

    /// <summary>Adds a number in decimal digits.</summary>
    public void AddNumber(long number)
    {
        const int mostDigits = 20;
        Reserve(mostDigits);
        _ = number.TryFormat(_bytes.AsSpan(Length), out var written, provider: null);
        Length += written;
    }

    /// <summary>Takes back what lies behind this length.</summary>
    public void CutTo(int length)
    {
        Length = length;
        if (length == 0 && _bytes.Length > MostKept)
            _bytes = new byte[Least];
    }

    // An empty span would be taken for the end of the memory.
    void Reserve(int count)
    {
        var needed = (long)Length + Math.Max(count, 1);
        if (needed <= _bytes.Length)
            return;

        // Twice as large each time, so that all copies together are no more than twice what there is.
        var size = Math.Min(Math.Max(needed, _bytes.Length * 2L), Math.Max(needed, Array.MaxLength));
        Array.Resize(ref _bytes, checked((int)size));
    }
}
