using HybridReplica.Core;

namespace HybridReplica;

/// <summary>Reads a snapshot from its beginning, with its checksum.</summary>
sealed class ChecksumStream(ArchiveFileReader file, VerifyProgress progress) : Stream
{
    long _position;
    RdbCheck _check = RdbCheck.empty;

    /// <summary>The checksum of what was read (<see cref="RdbCheck.BodyChecksum"/>).</summary>
    public ulong Checksum => _check.BodyChecksum;

    /// <summary>Reads what is left.</summary>
    public void ReadToEnd(Span<byte> room)
    {
        while (Read(room) > 0) { }
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        var count = file.Read(buffer, _position);
        _check = RdbCheck.advance(_check, buffer[..count]);
        _position += count;
        progress.Add(file.File, count);
        return count;
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => file.Length;

    /// <inheritdoc/>
    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override void Flush() { }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
