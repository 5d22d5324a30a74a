using System.Net.Security;
using System.Net.Sockets;

namespace HybridReplica;

/// <summary>An open connection: a socket, and TLS over it if that was agreed upon. All its calls block.</summary>
/// <remarks>One thread may receive while another sends. Closing the connection ends both.</remarks>
sealed class Connection(Socket socket, SslStream? tls) : IDisposable
{
    /// <summary>Receives into the room, at least one byte; 0 says that the other side closed the connection.</summary>
    public int Receive(Span<byte> room) => tls is null ? socket.Receive(room) : tls.Read(room);

    /// <summary>Sends all the bytes, or fails when nothing more can be sent for as long as the timeout.</summary>
    public void Send(ReadOnlySpan<byte> bytes, TimeSpan timeout)
    {
        socket.SendTimeout = (int)Math.Min(timeout.TotalMilliseconds, int.MaxValue);
        if (tls is not null)
        {
            tls.Write(bytes);
            return;
        }

        while (bytes.Length > 0)
            bytes = bytes[socket.Send(bytes)..];
    }

    /// <summary>
    /// Closes the socket; whatever is under way fails. The socket goes first: TLS would want to say good-bye.
    /// </summary>
    public void Dispose()
    {
        socket.Dispose();
        tls?.Dispose();
    }
}
