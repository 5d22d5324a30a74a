using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using HybridReplica.Core;

namespace HybridReplica;

/// <summary>What came of connecting: a connection, or the reason why there is none.</summary>
readonly record struct Dialled(Connection? Connection, NetworkTrouble? Trouble);

/// <summary>Opens connections to one master: looks its name up, tries its addresses in turn, and agrees on TLS. All of it blocks.</summary>
sealed class Connector(MasterAddress address, IPAddress? bindAddress, TlsTrust? trust)
{
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
            // Closing a socket in the midst of something breaks it in many ways. None of them matters to anybody any more.
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
    IPAddress[] LookUp(CancellationToken cancellationToken) =>
        IPAddress.TryParse(address.Host, out var known)
            ? [known]
            : Dns.GetHostAddressesAsync(address.Host, cancellationToken)
                .WaitAsync(cancellationToken)
                .GetAwaiter()
                .GetResult();

    static Dialled ConnectToSocket(string path, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        return WithSocket(
            socket,
            () =>
            {
                if (!File.Exists(path))
                    return new(null, NetworkTrouble.NoSuchSocket);

                socket.Connect(new UnixDomainSocketEndPoint(path));
                return new(new(socket, null), null);
            },
            cancellationToken
        );
    }

    Dialled ConnectToAddress(IPAddress candidate, CancellationToken cancellationToken)
    {
        var socket = new Socket(candidate.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        return WithSocket(
            socket,
            () =>
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
    }

    // Closes the socket unless it becomes a connection, and at once when nobody waits for that any more.
    static Dialled WithSocket(Socket socket, Func<Dialled> connect, CancellationToken cancellationToken)
    {
        using var abort = cancellationToken.UnsafeRegister(static socket => ((Socket)socket!).Dispose(), socket);
        var dialled = new Dialled(null, null);
        try
        {
            dialled = connect();
        }
        catch (SocketException exception)
        {
            dialled = new(null, NetworkTroubles.Of(exception));
        }
        finally
        {
            if (dialled.Connection is null)
                socket.Dispose();
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
