namespace HybridReplica;

/// <summary>
/// What was received and not used up yet: the part between front and back of one array that lasts a session.
/// </summary>
/// <remarks>
/// Room for more is made by moving what is there to the start, which is rarely more than the beginning of a line.
/// </remarks>
/// <param name="size">The size of the array in bytes: the most that one receive can bring.</param>
sealed class ReceiveWindow(int size)
{
    readonly byte[] _bytes = GC.AllocateUninitializedArray<byte>(size);
    int _front;
    int _back;

    public bool IsEmpty => _front == _back;

    /// <summary>All that is there, the oldest byte first.</summary>
    public ReadOnlySpan<byte> Filled => _bytes.AsSpan(_front, _back - _front);

    /// <summary>The oldest bytes. They stay where they are until they are discarded.</summary>
    public ReadOnlyMemory<byte> Front(int count) => new(_bytes, _front, count);

    /// <summary>
    /// Makes room and gives it away; empty when there is none. Not to be called while something is received into
    /// it.
    /// </summary>
    public Memory<byte> Room()
    {
        if (_front > 0)
        {
            Filled.CopyTo(_bytes);
            _back -= _front;
            _front = 0;
        }

        return _bytes.AsMemory(_back);
    }

    /// <summary>So many bytes came into the room.</summary>
    public void Commit(int count) => _back += count;

    /// <summary>So many of the oldest bytes are used up, if they were not forgotten meanwhile.</summary>
    public void Discard(int count) => _front = Math.Min(_front + count, _back);

    /// <summary>Forgets everything.</summary>
    public void Clear() => _front = _back = 0;
}
