using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using HybridReplica.Core;

namespace HybridReplica;

/// <summary>What came of connecting: a connection, or the reason why there is none.</summary>
readonly record struct Dialled(Connection? Connection, NetworkTrouble? Trouble);

/// <summary>
/// Opens connections to one master: looks its name up, tries its addresses in turn, and agrees on TLS. All of it
/// blocks.
/// </summary>
sealed class Connector(MasterAddress address, IPAddress? bindAddress, TlsTrust? trust)
{
    static readonly TimeSpan PauseBetweenTries = TimeSpan.FromMilliseconds(100);

    /// <summary>Connects. Cancelling it says that nobody waits any more, and ends it soon.</summary>
    public Dialled Connect(CancellationToken cancellationToken)
    {
        try
        {
            return address.SocketPath is { } path
                ? ConnectToSocket(path, cancellationToken)
                : ConnectToHost(cancellationToken);
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            // Closing a socket in the midst of something breaks it in many ways. None of them matters to anybody
            // any more.
            return new(null, NetworkTrouble.Closed);
        }
        catch (Exception exception) when (NetworkTroubles.IsOne(exception))
        {
            return new(null, NetworkTroubles.Of(exception));
        }
    }

    Dialled ConnectToHost(CancellationToken cancellationToken)
    {
        var last = new Dialled(null, bindAddress is null ? NetworkTrouble.NameNotFound : NetworkTrouble.BindFailed);
        foreach (var candidate in LookUp(cancellationToken))
        {
            if (bindAddress is not null && bindAddress.AddressFamily != candidate.AddressFamily)
                continue;

            last = ConnectToAddress(candidate, cancellationToken);
            if (last.Connection is not null)
                break;
        }

        return last;
    }

    // The operating system looks names up without a way to stop it: that goes on elsewhere when nobody waits any more.
    IPAddress[] LookUp(CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(address.Host, out var known))
            return [known];

        var lookUp = Dns.GetHostAddressesAsync(address.Host, cancellationToken);
        Interruption.WaitAsync(lookUp, cancellationToken).GetAwaiter().GetResult();
        return lookUp.GetAwaiter().GetResult();
    }

    // A master that is behind with its connections lets others wait, and on a unix socket nothing can end that wait
    // from outside. So it is asked again and again instead.
    static Dialled ConnectToSocket(string path, CancellationToken cancellationToken)
    {
        Dialled dialled;
        while ((dialled = TryConnectToSocket(path, cancellationToken)) == default)
            cancellationToken.WaitHandle.WaitOne(PauseBetweenTries);
        return dialled;
    }

    // Nothing at all: the master's queue is full.
    static Dialled TryConnectToSocket(string path, CancellationToken cancellationToken) =>
        WithSocket(
            () => new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified),
            socket =>
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (!File.Exists(path))
                    return new(null, NetworkTrouble.NoSuchSocket);

                try
                {
                    socket.Blocking = false;
                    socket.Connect(new UnixDomainSocketEndPoint(path));
                    socket.Blocking = true;
                    return new(new(socket, null), null);
                }
                catch (SocketException exception) when (exception.SocketErrorCode == SocketError.WouldBlock)
                {
                    return default;
                }
            },
            cancellationToken
        );

    Dialled ConnectToAddress(IPAddress candidate, CancellationToken cancellationToken) =>
        WithSocket(
            () => new(candidate.AddressFamily, SocketType.Stream, ProtocolType.Tcp),
            socket =>
            {
                socket.NoDelay = true;
                // A master that is gone without a word is noticed even where no timeout runs.
                socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
                if (bindAddress is not null && !TryBind(socket, bindAddress))
                    return new(null, NetworkTrouble.BindFailed);

                socket.Connect(new IPEndPoint(candidate, address.Port));
                return trust is null ? new(new(socket, null), null) : Agree(socket, trust);
            },
            cancellationToken
        );

    // Closes the socket unless it becomes a connection, and at once when nobody waits for that any more. That there
    // can be no such socket, as where there is no IPv6, is a reason to try the next address too.
    static Dialled WithSocket(Func<Socket> open, Func<Socket, Dialled> connect, CancellationToken cancellationToken)
    {
        var dialled = new Dialled(null, null);
        Socket? socket = null;
        try
        {
            socket = open();
            using var abort = cancellationToken.UnsafeRegister(static socket => ((Socket)socket!).Dispose(), socket);
            dialled = connect(socket);
        }
        catch (SocketException exception)
        {
            dialled = new(null, NetworkTroubles.Of(exception));
        }
        finally
        {
            if (dialled.Connection is null)
                socket?.Dispose();
        }

        return dialled;
    }

    static bool TryBind(Socket socket, IPAddress bindAddress)
    {
        try
        {
            socket.Bind(new IPEndPoint(bindAddress, 0));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    Dialled Agree(Socket socket, TlsTrust trust)
    {
        TlsTrouble? objection = null;
        var tls = new SslStream(new NetworkStream(socket, ownsSocket: false));
        try
        {
            tls.AuthenticateAsClient(trust.For(address.Host, seen => objection = seen));
            return new(new(socket, tls), null);
        }
        catch (Exception exception) when (NetworkTroubles.IsOne(exception))
        {
            tls.Dispose();
            return new(null, NetworkTroubles.OfTls(exception, objection));
        }
    }
}
